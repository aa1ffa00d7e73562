/**
 * `npm run bench:prod`: from a clone to production in the sandbox, with warm caches, part by part.
 *
 * The parts of `up` are read from the engine's own log of events: when the first resource of a part was begun and when its last one
 * was there. Parts overlap, since the engine builds at once what does not wait for each other, so they do not add up. The baseline is
 * the same command again, with nothing to change.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import path from "node:path";
import { z } from "zod";
import { checkoutRoot } from "../sandbox/paths.ts";

const folder = mkdtempSync(path.join(tmpdir(), "slipway-bench-"));
const checkout = path.join(folder, "checkout");
const log = path.join(folder, "events.jsonl");

/** Which resources make up a part; the first that fits counts. Components stand for nothing by themselves. */
const parts: readonly (readonly [part: string, type: RegExp, name: RegExp])[] = [
  ["migrations", /Job$/, /migration/],
  ["rollouts: canary, watch, the other copies", /(Deployment|Job)$/, /./],
  ["other objects in the cluster", /^kubernetes:/, /./],
  ["flags", /dynamic.*Flags/, /./],
  ["cluster and its access", /^aws:eks/, /./],
  ["databases", /^aws:rds/, /./],
  ["caches", /^aws:elasticache/, /./],
  ["everything else in AWS and GitHub", /^(aws|github|random|pulumi-nodejs):/, /./],
];

const eventSchema = z.looseObject({
  timestamp: z.number(),
  resourcePreEvent: z.object({ metadata: z.object({ urn: z.string(), type: z.string() }) }).optional(),
  resOutputsEvent: z.object({ metadata: z.object({ urn: z.string(), type: z.string() }) }).optional(),
});

/** Runs ./slipway in the clone and returns its seconds. */
function time(...args: readonly string[]): number {
  const started = process.hrtime.bigint();
  const { status, stdout, stderr } = spawnSync(process.execPath, ["delivery/cli/main.ts", ...args], {
    cwd: checkout,
    encoding: "utf8",
    maxBuffer: 64 << 20,
    env: { ...process.env, PULUMI_DEBUG_COMMANDS: "true" },
  });
  if (status !== 0) throw new Error(`slipway ${args.join(" ")} ended with ${status}\n${stdout}\n${stderr}`);
  return Number(process.hrtime.bigint() - started) / 1e9;
}

/** Begin and end of each part, in seconds since the update began, and how many resources it has. */
function timeline(): { readonly part: string; readonly from: number; readonly to: number; readonly count: number }[] {
  const events = readFileSync(log, "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line) => eventSchema.parse(JSON.parse(line)));
  // The preview before the update writes to the same log: what ends there is begun again.
  const ends = new Map<string, number>();
  const begins = new Map<string, number>();
  const types = new Map<string, string>();
  for (const { resOutputsEvent, resourcePreEvent, timestamp } of events) {
    if (resourcePreEvent) {
      begins.set(resourcePreEvent.metadata.urn, timestamp);
      types.set(resourcePreEvent.metadata.urn, resourcePreEvent.metadata.type);
    }
    if (resOutputsEvent) ends.set(resOutputsEvent.metadata.urn, timestamp);
  }
  const found = new Map<string, { from: number; to: number; count: number }>();
  for (const [urn, type] of types) {
    const name = urn.split("::").at(-1) ?? "";
    const part = parts.find(([, ofType, ofName]) => ofType.test(type) && ofName.test(name))?.[0];
    const [from, to] = [begins.get(urn), ends.get(urn)];
    if (part === undefined || from === undefined || to === undefined) continue;
    const known = found.get(part) ?? { from, to, count: 0 };
    found.set(part, { from: Math.min(known.from, from), to: Math.max(known.to, to), count: known.count + 1 });
  }
  const start = Math.min(...[...found.values()].map(({ from }) => from));
  return [...found]
    .map(([part, { count, from, to }]) => ({ part, from: from - start, to: to - start, count }))
    .sort((a, b) => a.from - b.from || a.to - b.to);
}

const line = (seconds: number, what: string): void => {
  process.stdout.write(`${seconds.toFixed(1).padStart(8)} s  ${what}\n`);
};

try {
  execFileSync("git", ["clone", "--quiet", checkoutRoot, checkout]);
  symlinkSync(path.join(checkoutRoot, "node_modules"), path.join(checkout, "node_modules"));
  const confirmed = ["--yes", "--confirm", "production"];
  const toolchain = time("setup", "prod");
  const first = time("up", "prod", ...confirmed, "--skip-preview", "--event-log", log);
  const again = time("up", "prod", ...confirmed);
  process.stdout.write(`warm, ${cpus().length} cores, ${process.platform} ${process.arch}\n`);
  line(toolchain, "toolchain, already in the cache");
  line(first, "up prod, first, with the start of the sandbox; in it:");
  for (const { count, from, part, to } of timeline())
    line(to - from, `  ${part} (${count} resources, from second ${from} to ${to})`);
  line(again, "baseline: up prod again, with nothing to change");
  process.stdout.write(`   ratio  first to again ${(first / again).toFixed(1)}\n`);
} finally {
  spawnSync(process.execPath, ["delivery/cli/main.ts", "sandbox", "reset", "--yes"], { cwd: checkout });
  rmSync(folder, { recursive: true, force: true });
}
