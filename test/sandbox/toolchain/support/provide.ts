/** Provides the toolchain and prints each event and the outcome as a line of JSON. */
import { UserError } from "../../../../delivery/errors.ts";
import { partsFor } from "../../../../sandbox/toolchain/parts.ts";
import { provideToolchain } from "../../../../sandbox/toolchain/provide.ts";

const say = (value: object) => process.stdout.write(`${JSON.stringify(value)}\n`);

try {
  const toolchain = await provideToolchain(partsFor("local"), say);
  say({
    kind: "done",
    parts: Object.fromEntries([...toolchain].map(([name, { origin, file }]) => [name, { origin, file }])),
  });
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  say({ kind: "failed", message: error.message });
  process.exitCode = 1;
}
