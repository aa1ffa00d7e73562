/**
 * Prints the kilobytes of heap that a library takes for 1,000 flags, an eighth of each shape; run by `bench/flags.ts` with
 * `--expose-gc` and the library's name.
 */
import { libraries } from "./libraries.ts";
import { contexts, handwrittenShapes, keysOf } from "./workload.ts";

const sets = 10;
const flagsOfAShape = 125 * sets;
const library = libraries.find(({ name }) => name === process.argv[2]);
if (library === undefined) throw new Error(`Name one of ${libraries.map(({ name }) => name).join(", ")}.`);

// The text waits off the heap, and everything is loaded once before, so that neither it nor compiled code counts.
const write = (count: number) =>
  Buffer.from(
    library.write(
      new Map(handwrittenShapes.flatMap((shape) => keysOf(shape, count).map((key) => [key, shape] as const))),
    ),
  );
const [few, many] = [write(1), write(flagsOfAShape)];
await library.load(few.toString());
const before = await used();
const kept = await library.load(many.toString());
const after = await used();
if (kept.isOn("none", contexts[0] as (typeof contexts)[number])) throw new Error("There is no flag of that name.");
console.log(Math.round((after - before) / sets / 1_024));

async function used(): Promise<number> {
  for (let turn = 0; turn < 3; turn++) {
    globalThis.gc?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return process.memoryUsage().heapUsed;
}
