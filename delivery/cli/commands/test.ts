import { type Command, Option } from "commander";
import { checkoutRoot } from "../../../sandbox/paths.ts";
import { testParts } from "../../../sandbox/toolchain/parts.ts";
import { UsageError } from "../../errors.ts";
import { type CheckKind, checkKinds, runChecks } from "../checks.ts";
import { makeReady } from "../ready.ts";

/** Adds `test`. */
export function addTestCommand(program: Command): void {
  program
    .command("test")
    .summary("run every test (installs what is missing)")
    .description(
      "Run every check and test: format and lint, types, dead code, the Go tests of the language host, unit tests, and end-to-end tests with the real engine.\nEnds with the line `N passed, N failed`.",
    )
    .addOption(new Option("--only <kind>", "one kind only").choices([...checkKinds]))
    .argument("[files...]", "test files for mocha, with --only unit or --only e2e")
    .action(async (files: string[], options: { only?: CheckKind }) => {
      if (files.length > 0 && options.only !== "unit" && options.only !== "e2e") {
        throw new UsageError(
          `Test files can be named for unit and end-to-end tests only.\n  Write: ./slipway test --only unit ${files.join(" ")}`,
        );
      }
      const kinds = options.only ? [options.only] : checkKinds;
      // Tests of every platform; what is compiled is compiled at once, as long as the caches of the compiler are there.
      const mocha = kinds.some((kind) => kind === "unit" || kind === "e2e");
      const { env, toolchain } = await makeReady({
        root: checkoutRoot,
        sandbox: false,
        platform: mocha ? "eks" : "local",
        also: mocha ? testParts : [],
        endpoints: true,
        keepBuildCache: kinds.includes("go"),
      });
      const result = await runChecks(kinds, { root: checkoutRoot, env, toolchain, files });
      process.stdout.write(
        `\n${result.passed} passed, ${result.failed} failed${result.skipped > 0 ? `, ${result.skipped} skipped` : ""}\n`,
      );
      process.exitCode = result.failed === 0 && result.passed > 0 ? 0 : 1;
    });
}
