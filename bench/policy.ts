/**
 * `npm run bench:policy`: what the policy pack adds to a preview of production in the sandbox, previews with and without it in turn.
 *
 * Both are the engine's own `pulumi preview` of a stack that stands, with nothing to change. The aim is at most 20 percent.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import path from "node:path";
import { rules } from "../policy/rules.ts";
import { checkoutRoot } from "../sandbox/paths.ts";

const rounds = Number(process.argv[2] ?? 7);
const folder = mkdtempSync(path.join(tmpdir(), "slipway-bench-"));
const checkout = path.join(folder, "checkout");

function shell(line: string): string {
  const { status, stderr, stdout } = spawnSync("/bin/sh", ["-c", line], {
    cwd: checkout,
    encoding: "utf8",
    maxBuffer: 64 << 20,
  });
  if (status !== 0) throw new Error(`${line} ended with ${status}\n${stdout}\n${stderr}`);
  return stdout;
}

/** Seconds of one preview. */
function preview(options: string): number {
  const started = process.hrtime.bigint();
  const stdout = shell(
    `eval "$(./slipway env prod)" && pulumi preview --stack prod --non-interactive --expect-no-changes ${options}`,
  );
  if (options !== "" && !stdout.includes("slipway@")) throw new Error(`the pack was not asked:\n${stdout}`);
  return Number(process.hrtime.bigint() - started) / 1e9;
}

const median = (all: readonly number[]) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? Number.NaN;

try {
  execFileSync("git", ["clone", "--quiet", checkoutRoot, checkout]);
  symlinkSync(path.join(checkoutRoot, "node_modules"), path.join(checkout, "node_modules"));
  process.stdout.write(`${rules.length} policies; ${cpus().length} cores (${cpus()[0]?.model})\n`);
  shell("./slipway up prod --yes --confirm production");
  const times = { without: [] as number[], with: [] as number[] };
  preview("");
  preview("--policy-pack policy");
  for (let round = 0; round < rounds; round++) {
    times.without.push(preview(""));
    times.with.push(preview("--policy-pack policy"));
  }
  const [without, withPack] = [median(times.without), median(times.with)];
  const all = (seconds: readonly number[]) => seconds.map((each) => each.toFixed(1)).join(" ");
  process.stdout.write(`preview without the pack: ${without.toFixed(2)} s in the median (${all(times.without)})\n`);
  process.stdout.write(`preview with the pack:    ${withPack.toFixed(2)} s in the median (${all(times.with)})\n`);
  process.stdout.write(`ratio ${(withPack / without).toFixed(2)}\n`);
} finally {
  spawnSync(path.join(checkout, "slipway"), ["sandbox", "reset", "--yes"], { cwd: checkout });
  rmSync(folder, { recursive: true, force: true });
}
