import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { prepareAwsModule } from "./aws-sources.ts";
import { buildFlags, linkerFlags, moduleFolder } from "./fingerprint.ts";
import { goVersion, requireGo } from "./go.ts";
import { GoCommand } from "./go-command.ts";
import { kubernetesVersion, type Part, type PartName, pulumiVersion } from "./parts.ts";
import { buildNeeds, buildParallelism, checkRoom, measureRoom } from "./preflight.ts";

/** How far a build is. */
export interface BuildProgress {
  /** What is being built: the parts of one Go module. */
  readonly parts: readonly PartName[];
  readonly phase: "fetching modules" | "compiling";
  /** Modules fetched or packages compiled so far. */
  readonly done: number;
  /** Packages in all; 0 while it is not known. */
  readonly total: number;
  /** Seconds since the build began. */
  readonly elapsed: number;
}

/** A part to be built and the folder that is to hold its program. */
export interface BuildOrder {
  readonly part: Part;
  readonly folder: string;
}

/**
 * Compiles parts of the toolchain from Go modules, those of one module in one go, so that what they share is compiled once. A
 * build that is interrupted goes on where it stopped, since the compiler's cache is kept until all is there. To be called under
 * the machine's lock only.
 * @param cache the machine's cache folder
 * @throws UserError when Go is missing, disk or memory is short, or the compiler or the module registry fails (with the log's path)
 */
export async function buildParts(
  orders: readonly BuildOrder[],
  cache: string,
  report: (progress: BuildProgress) => void,
): Promise<void> {
  requireGo(await goVersion());
  // What is missing of each is said before the first is built.
  const modules = [...new Set(orders.map(({ part }) => part.module))];
  for (const module of modules) checkRoom(measureRoom(cache), cache, buildNeeds[module]);
  const log = path.join(cache, "logs", `build-${new Date().toISOString().replace(/[:.]/g, "-")}.log`);
  mkdirSync(path.dirname(log), { recursive: true });
  removeRemains(path.join(cache, "toolchain"));
  for (const module of modules) {
    const ours = orders.filter(({ part }) => part.module === module);
    await buildModule(module, ours, cache, log, report);
  }
}

async function buildModule(
  module: Part["module"],
  orders: readonly BuildOrder[],
  cache: string,
  log: string,
  report: (progress: BuildProgress) => void,
): Promise<void> {
  const started = Date.now();
  const elapsed = () => Math.round((Date.now() - started) / 1000);
  const parts = orders.map(({ part }) => part.name);
  const go = new GoCommand(moduleFolder(module), cache, log, buildNeeds[module].what);
  const packages = orders.map(({ part }) => part.goPackage);
  const work = path.join(cache, "toolchain", `.build-${process.pid}`);
  mkdirSync(work, { recursive: true });
  try {
    let fetched = 0;
    const onFetched = (line: string) => {
      if (line.includes(": downloading "))
        report({ parts, phase: "fetching modules", done: ++fetched, total: 0, elapsed: elapsed() });
    };
    report({ parts, phase: "fetching modules", done: 0, total: 0, elapsed: 0 });
    const extra = module === "aws" ? await prepareAwsModule(go, work, onFetched) : [];
    const wanted = await go.run(["list", ...extra, "-deps", "-f", "{{.ImportPath}}", ...packages], onFetched);

    let compiled = 0;
    const flags = [
      ...extra,
      ...buildFlags,
      "-v",
      "-p",
      String(buildParallelism(measureRoom(cache), buildNeeds[module])),
      "-ldflags",
      linkerFlags(module === "kubernetes" ? kubernetesVersion : pulumiVersion, module),
      "-o",
      `${work}/`,
    ];
    await go.run(["build", ...flags, ...packages], (line) => {
      if (!line.includes(": downloading "))
        report({ parts, phase: "compiling", done: ++compiled, total: wanted.length, elapsed: elapsed() });
    });
    for (const { part, folder } of orders) {
      const ready = `${folder}.part-${process.pid}`;
      rmSync(ready, { recursive: true, force: true });
      mkdirSync(ready, { recursive: true });
      renameSync(path.join(work, part.binary), path.join(ready, part.binary));
      writeFileSync(
        path.join(ready, "built.json"),
        JSON.stringify({ part: part.name, version: part.version, seconds: elapsed(), at: new Date().toISOString() }),
      );
      rmSync(folder, { recursive: true, force: true });
      renameSync(ready, folder);
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Half-made folders can only be those of builds that were killed: the caller holds the machine's lock. */
function removeRemains(toolchain: string): void {
  if (!existsSync(toolchain)) return;
  for (const name of readdirSync(toolchain)) {
    // Sets of links are made without the lock (links.ts), so one that is half-made may be somebody's.
    const halfMade = /^\.build-\d+$|\.part(-\d+)?$/.test(name) && !name.startsWith("engine-set-");
    if (halfMade) rmSync(path.join(toolchain, name), { recursive: true, force: true });
  }
}

/** Removes Go's caches of finished builds (about 4 GB); the programs stay. `SLIPWAY_KEEP_BUILD_CACHE=1` keeps them. */
export function dropBuildCaches(cache: string, env: NodeJS.ProcessEnv = process.env): void {
  if (env.SLIPWAY_KEEP_BUILD_CACHE !== "1" && existsSync(path.join(cache, "go"))) {
    rmSync(path.join(cache, "go"), { recursive: true, force: true });
  }
}
