/** Provides the compiled Go tests and prints their list, or the user's error, as a line of JSON. */
import { UserError } from "../../../../delivery/errors.ts";
import { cacheDirectory } from "../../../../sandbox/paths.ts";
import { provideGoTests } from "../../../../sandbox/toolchain/go-tests.ts";

const say = (value: object) => process.stdout.write(`${JSON.stringify(value)}\n`);

try {
  say({ kind: "done", tests: await provideGoTests(cacheDirectory()) });
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  say({ kind: "failed", message: error.message });
  process.exitCode = 1;
}
