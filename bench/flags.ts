/**
 * `npm run bench:flags [-- --seconds 2]`: how many evaluations a second one core makes, of the same flags, for the same users, in the same
 * process: ours, unleash-client, flagd-core and GrowthBook.
 *
 * Each library answers from memory by its shortest way. Processor time counts, rounds take turns, and the best of each is shown, so
 * that what else the machine does matters little. Before that, every answer of ours is compared with unleash-client's, which has the same semantics.
 * What OpenFeature's client adds is measured too, since that is how applications ask.
 */
import { execFileSync } from "node:child_process";
import { cpus } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { InMemoryProvider, OpenFeature, type Provider } from "@openfeature/server-sdk";
import { type FlagSource, LiveFlags, SlipwayProvider } from "../delivery/flags/index.ts";
import { type Library, type Loaded, libraries } from "./flags/libraries.ts";
import { type BenchContext, contexts, keysOf, type Shape, shapes } from "./flags/workload.ts";

const { values: options } = parseArgs({ options: { seconds: { type: "string", default: "0.2" } } });
const seconds = Number(options.seconds);
const flagsOfAShape = 125; // 1,000 flags in all
const rounds = 3;
const batchSize = 5_000;

const flags = new Map(shapes.flatMap((shape) => keysOf(shape, flagsOfAShape).map((key) => [key, shape] as const)));
const loaded: [Library, Loaded][] = [];
for (const library of libraries) loaded.push([library, await library.load(library.write(flags))]);

compareAnswers();
console.log(
  `Node ${process.version}, ${cpus()[0]?.model.trim()}; ${flags.size} flags, ${contexts.length} users, best of ${rounds} rounds of ${seconds} s\n`,
);
console.log("million evaluations a second of processor time (in brackets: ours in multiples of it)\n");
row("", ...libraries.map(({ name }) => name));
for (const shape of shapes) {
  const best = new Map<string, number>();
  for (let round = 0; round < rounds; round++) {
    for (const [{ name }, library] of loaded) best.set(name, Math.max(best.get(name) ?? 0, rate(library, shape)));
  }
  const ours = best.get("slipway") ?? 0;
  row(
    shape.what,
    ...[...best].map(([name, value]) =>
      name === "slipway" ? millions(value) : `${millions(value)} (${(ours / value).toFixed(1)} x)`,
    ),
  );
}
console.log("\nthrough OpenFeature's client, whose own work is most of it (boolean, rollout 50 %)\n");
row("slipway", millions(await openFeatureRate(slipwayProvider())));
const inMemory = new InMemoryProvider({ flag: { variants: { on: true }, defaultVariant: "on", disabled: false } });
row("OpenFeature's InMemoryProvider", millions(await openFeatureRate(inMemory)));
await OpenFeature.close();
console.log("\nmemory for 1,000 flags (these, as the library keeps them)\n");
for (const library of libraries) row(library.name, `${memory(library)} kB`);
console.log("\nuntil a running application sees a change in its database (1,000 flags)\n");
row("slipway", changesVisible());

/** @throws Error naming the first answer that differs. */
function compareAnswers(): void {
  const [, ours] = loaded[0] as [Library, Loaded];
  const [, unleash] = loaded[1] as [Library, Loaded];
  for (const [key, { variants }] of flags) {
    for (const context of contexts) {
      const [left, right] = variants
        ? [ours.variant(key, context), unleash.variant(key, context)]
        : [ours.isOn(key, context), unleash.isOn(key, context)];
      if (left !== right) throw new Error(`${key} for ${context.userId}: ours says ${left}, unleash-client ${right}`);
    }
  }
}

/** Evaluations a second of processor time. The answers are used, so that no call can be optimized away. */
function rate(library: Loaded, shape: Shape): number {
  const keys = keysOf(shape, flagsOfAShape);
  const ask = shape.variants
    ? (key: string, context: BenchContext) => library.variant(key, context) !== "none"
    : (key: string, context: BenchContext) => library.isOn(key, context);
  let on = 0;
  const batch = () => {
    for (let index = 0; index < batchSize; index++) {
      const key = keys[(index * 31) % keys.length] as string;
      if (ask(key, contexts[(index * 17) % contexts.length] as BenchContext)) on++;
    }
  };
  const until = (limit: number) => {
    const started = processorSeconds();
    let count = 0;
    for (let passed = 0; passed < limit; passed = processorSeconds() - started) {
      batch();
      count += batchSize;
    }
    return count / (processorSeconds() - started);
  };
  until(seconds / 4); // warms up
  const result = until(seconds);
  if (on < 0) throw new Error("There are no negative answers.");
  return result;
}

async function openFeatureRate(provider: Provider): Promise<number> {
  await OpenFeature.setProviderAndWait(provider);
  const client = OpenFeature.getClient();
  const started = processorSeconds();
  let count = 0;
  while (processorSeconds() - started < seconds) {
    for (const { userId } of contexts) await client.getBooleanValue("flag", false, { targetingKey: userId });
    count += contexts.length;
  }
  return count / (processorSeconds() - started);
}

function slipwayProvider(): Provider {
  const source: FlagSource = {
    follow: (reports) => {
      reports.current({ flag: { enabled: true, rollout: 50, targeting: {} } });
      return async () => {};
    },
  };
  return new SlipwayProvider(new LiveFlags({ environment: "production", source }));
}

/** What this process has used of a core: the machine may be busy with other things. */
function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Each in a process of its own, so that nothing but its flags is counted. */
function memory({ name }: Library): string {
  const script = path.join(import.meta.dirname, "flags", "memory.ts");
  return execFileSync(process.execPath, ["--expose-gc", script, name], { encoding: "utf8" }).trim();
}

/** In a process of its own, whose event loop no other library's timers share. */
function changesVisible(): string {
  const script = path.join(import.meta.dirname, "flags", "visible.ts");
  return execFileSync(process.execPath, [script], { encoding: "utf8" }).trim();
}

function millions(value: number): string {
  return (value / 1e6).toFixed(2);
}

function row(first: string, ...columns: readonly string[]): void {
  console.log(first.padEnd(32) + columns.map((column) => column.padEnd(18)).join(""));
}
