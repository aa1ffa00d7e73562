import type { Command } from "commander";
import { type Verified, verify } from "../../../release/service/verify.ts";
import { printJson, styled, table } from "../../terminal.ts";
import { inspect } from "./inspect.ts";
import { atDesk, type ReleaseOptions, releaseCommand } from "./session.ts";

const words = { passed: ["green", "passed"], failed: ["red", "failed"], error: ["yellow", "cannot be told"] } as const;

/** Adds `release verify`. */
export function addVerify(release: Command): void {
  releaseCommand(release, "verify", {
    summary:
      "Verify what was last deployed to an environment: that every copy runs the images of the bundle, that the schema is the bundle's,\nthat the hosts answer. Only this makes a bundle verified, which the next environment asks for. Exit code 1 unless it passed.",
    example: "./slipway release verify staging",
  })
    .argument("<environment>", "what was deployed to")
    .action((environment: string, options: ReleaseOptions) =>
      atDesk(options, async ({ desk, sandbox }) => {
        const verified = await verify(desk, environment, (inspection) => inspect(inspection, sandbox));
        process.exitCode = verified.verdict === "passed" ? 0 : 1;
        if (options.json) return printJson(verified);
        print(verified);
      }),
    );
}

function print({ deployment, findings, verdict }: Verified): void {
  const rows = findings.map(({ check, outcome, seen }) => {
    const [style, word] = words[outcome];
    return [`  ${styled(style, word)}`, check, seen];
  });
  process.stdout.write(`${table(rows)}\n`);
  const remedy =
    verdict === "passed"
      ? ""
      : verdict === "failed"
        ? `\n  Go back: ./slipway release rollback ${deployment.environment} --reason "..."`
        : "\n  Look at it yourself; verify again, or go back.";
  process.stdout.write(`deployment ${deployment.id} to ${deployment.environment}: ${verdict}${remedy}\n`);
}
