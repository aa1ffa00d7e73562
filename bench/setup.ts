/**
 * `npm run bench:setup [-- --cold]`: how long a new user waits, part by part.
 *
 * Each part is timed as a user meets it, by running ./slipway in a clone of this checkout's last commit with a home folder
 * of its own. Warm uses this machine's toolchain cache; `--cold` begins with an empty one, so that Node, the npm packages and
 * the engine come from the registries (minutes). The baseline, in the same run, is an `up` of an empty Pulumi program with the
 * same engine: what is above it is Slipway's own.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import path from "node:path";
import { cacheDirectory, checkoutRoot } from "../sandbox/paths.ts";

const cold = process.argv.includes("--cold");
const folder = mkdtempSync(path.join(tmpdir(), "slipway-bench-"));
const checkout = path.join(folder, "checkout");
/** How this machine reaches the registries is no part of what is measured. */
const network =
  /^(npm_config_(registry|cafile|proxy|https_proxy)|https?_proxy|no_proxy|all_proxy|node_extra_ca_certs|ssl_cert_(file|dir)|goproxy)$/i;
const environment: NodeJS.ProcessEnv = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => network.test(name))),
  PATH: process.env.PATH,
  HOME: path.join(folder, "home"),
  SLIPWAY_CACHE: cold ? path.join(folder, "cache") : cacheDirectory(),
};
const results: { readonly part: string; readonly seconds: number; readonly note?: string }[] = [];

/** Runs a command to its end and returns its seconds; its output is shown when it fails. */
function time(file: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = environment): number {
  const started = process.hrtime.bigint();
  const { status, stdout, stderr } = spawnSync(file, args, {
    cwd,
    env,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (status !== 0)
    throw new Error(`${path.basename(file)} ${args.join(" ")} ended with ${status}\n${stdout}\n${stderr}`);
  return Number(process.hrtime.bigint() - started) / 1e9;
}

function measure(part: string, args: readonly string[], note?: string): number {
  const seconds = time(path.join(checkout, "slipway"), args, checkout);
  results.push({ part, seconds, ...(note && { note }) });
  return seconds;
}

/** Seconds of an `up` of a program that does nothing, first and again. */
function emptyProgram(): { readonly first: number; readonly again: number } {
  const project = path.join(folder, "empty");
  mkdirSync(path.join(project, "state"), { recursive: true });
  symlinkSync(path.join(checkout, "node_modules"), path.join(project, "node_modules"));
  writeFileSync(
    path.join(project, "Pulumi.yaml"),
    "name: empty\nruntime: { name: nodejs, options: { typescript: false } }\n",
  );
  writeFileSync(path.join(project, "package.json"), JSON.stringify({ type: "module", main: "index.ts" }));
  writeFileSync(path.join(project, "index.ts"), "export {};\n");
  const exports = execFileSync(path.join(checkout, "slipway"), ["env", "--json"], {
    cwd: checkout,
    env: environment,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const { set } = JSON.parse(exports) as { set: Record<string, string> };
  const env = { ...environment, ...set, PULUMI_BACKEND_URL: `file://${project}/state` };
  time("pulumi", ["stack", "init", "bench"], project, env);
  const up = () => time("pulumi", ["up", "--yes", "--stack", "bench"], project, env);
  return { first: up(), again: up() };
}

try {
  mkdirSync(environment.HOME as string);
  execFileSync("git", ["clone", "--quiet", checkoutRoot, checkout]);
  measure("Node and npm packages", ["--version"]);
  measure("toolchain", ["setup"], cold ? "from the registries" : "already in the cache");
  measure("sandbox, first start", ["sandbox", "start"]);
  const first = measure("up dev, first", ["up", "dev"]);
  const again = measure("up dev, nothing to change", ["up", "dev"]);
  measure("preview dev", ["preview", "dev"]);
  const empty = emptyProgram();
  results.push(
    { part: "baseline: empty program, first", seconds: empty.first },
    { part: "baseline: empty program, again", seconds: empty.again },
  );

  process.stdout.write(`${cold ? "cold" : "warm"}, ${cpus().length} cores, ${process.platform} ${process.arch}\n`);
  for (const { part, seconds, note } of results)
    process.stdout.write(`${seconds.toFixed(1).padStart(8)} s  ${part}${note ? ` (${note})` : ""}\n`);
  const total = results.slice(0, 4).reduce((sum, { seconds }) => sum + seconds, 0);
  process.stdout.write(`${total.toFixed(1).padStart(8)} s  from a clone to a stack that is up\n`);
  process.stdout.write(
    `   ratio  up dev to an empty program: first ${(first / empty.first).toFixed(1)}, again ${(again / empty.again).toFixed(1)}\n`,
  );
} finally {
  spawnSync(path.join(checkout, "slipway"), ["sandbox", "reset", "--yes"], { cwd: checkout, env: environment });
  rmSync(folder, { recursive: true, force: true });
}
