/** Takes the machine's lock on the file given, says so, and holds it until its input ends. */
import { once } from "node:events";
import { withMachineLock } from "../../../../sandbox/toolchain/machine-lock.ts";

await withMachineLock(
  process.argv[2] ?? "",
  async () => {
    process.stdout.write('{"kind":"held"}\n');
    process.stdin.resume();
    await once(process.stdin, "end");
  },
  () => process.stdout.write('{"kind":"waiting"}\n'),
);
