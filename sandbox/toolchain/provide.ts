import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { UserError } from "../../delivery/errors.ts";
import { cacheDirectory } from "../paths.ts";
import { type BuildProgress, buildParts, dropBuildCaches } from "./build.ts";
import { type EngineChoice, engineChoice, isEnginePart, type Located, locate, ToolchainFolders } from "./locate.ts";
import { withMachineLock } from "./machine-lock.ts";
import { type InstalledPulumi, installedPulumi } from "./on-path.ts";
import { type PartName, parts } from "./parts.ts";
import { currentTarget } from "./platform.ts";
import { fetchChecksums, installRelease } from "./release.ts";

const run = promisify(execFile);

/** How long the vendor's CLI may take to install a plugin (that for AWS is 200 MB), in milliseconds. */
const pluginTimeout = 600_000;

/** What a user may want to know while the toolchain is made ready. */
export type ToolchainEvent =
  | { readonly kind: "waiting" }
  | { readonly kind: "downloading"; readonly what: string; readonly received: number; readonly total: number }
  | { readonly kind: "building"; readonly progress: BuildProgress };

/** The programs, by part. */
export type Toolchain = ReadonlyMap<PartName, Located>;

/** Looks at what is there without fetching or building anything; the parts that are missing are not in the map. */
export async function inspectToolchain(
  wanted: readonly PartName[],
  env: NodeJS.ProcessEnv = process.env,
  ownLinks?: string,
): Promise<Toolchain> {
  const context = { installed: await installedPulumi(env, ownLinks), choice: engineChoice(env), env };
  const folders = new ToolchainFolders(cacheDirectory(env), currentTarget());
  return collect(wanted, (name) => locate(name, folders, context));
}

/**
 * Makes the wanted parts ready: what is on PATH or in the cache is used, else the vendor's release is fetched, else they
 * are built. Safe when two run at once: the second waits and finds the work done.
 * @param ownLinks folder of links to these very programs, which does not count as the user's PATH
 * @throws UserError when a part can be had in no way, with the reason and the remedy
 */
export async function provideToolchain(
  wanted: readonly PartName[],
  report: (event: ToolchainEvent) => void,
  env: NodeJS.ProcessEnv = process.env,
  ownLinks?: string,
): Promise<Toolchain> {
  const ready = await inspectToolchain(wanted, env, ownLinks);
  if (wanted.every((name) => ready.has(name))) return ready;
  const cache = cacheDirectory(env);
  return withMachineLock(
    path.join(cache, "toolchain", "install.lock"),
    async () => {
      const installed = await installedPulumi(env, ownLinks);
      return install(wanted, { cache, env, installed, choice: engineChoice(env), report });
    },
    () => report({ kind: "waiting" }),
  );
}

interface InstallContext {
  readonly cache: string;
  readonly env: NodeJS.ProcessEnv;
  readonly installed: InstalledPulumi | undefined;
  readonly choice: EngineChoice;
  readonly report: (event: ToolchainEvent) => void;
}

async function install(wanted: readonly PartName[], context: InstallContext): Promise<Toolchain> {
  const target = currentTarget();
  const folders = new ToolchainFolders(context.cache, target);
  const missing = () => {
    const there = collect(wanted, (name) => locate(name, folders, context));
    return wanted.filter((name) => !there.has(name));
  };

  if (missing().some(isEnginePart)) await fetchEngine(folders, context);
  for (const name of missing()) {
    if (parts[name].plugin) await fetchPlugin(name, folders, context);
  }
  const toBuild = missing();
  if (toBuild.length > 0) {
    const orders = toBuild.map((name) => ({ part: parts[name], folder: folders.built(parts[name]) }));
    await buildParts(orders, context.cache, (progress) => context.report({ kind: "building", progress }));
    dropBuildCaches(context.cache, context.env);
  }
  const changed = missing();
  if (changed.length > 0) {
    const titles = changed.map((name) => parts[name].title).join(", ");
    throw new UserError(
      `The sources of the toolchain changed while it was built (${titles}).\n  Run the command again.`,
    );
  }
  return collect(wanted, (name) => locate(name, folders, context));
}

/** Fetches the vendor's release where that is wanted and possible; otherwise leaves the engine to be built. */
async function fetchEngine(folders: ToolchainFolders, context: InstallContext): Promise<void> {
  const { choice, report, installed } = context;
  if (choice === "build") return;
  if (choice === "path") {
    throw new UserError(
      `SLIPWAY_ENGINE is "path", but ${installed?.problem ?? "there is no pulumi on PATH"}.\n  Install Pulumi, or unset SLIPWAY_ENGINE to let Slipway fetch or build it.`,
    );
  }
  const checksums = await fetchChecksums(context.env.SLIPWAY_RELEASES);
  if (checksums === undefined) {
    if (choice === "release") {
      throw new UserError(
        `SLIPWAY_ENGINE is "release", but the vendor's download site cannot be reached.\n  Check the network, or unset SLIPWAY_ENGINE to let Slipway build the engine.`,
      );
    }
    return;
  }
  await installRelease({
    checksums,
    target: folders.target,
    folder: folders.release(),
    ...(context.env.SLIPWAY_RELEASES && { site: context.env.SLIPWAY_RELEASES }),
    progress: (received, total) => report({ kind: "downloading", what: parts.engine.title, received, total }),
  });
}

/** Lets a released CLI install its plugin; when it cannot, the plugin is left to be built. */
async function fetchPlugin(name: PartName, folders: ToolchainFolders, context: InstallContext): Promise<void> {
  const part = parts[name];
  const engine = locate("engine", folders, context);
  if (!engine || engine.origin === "built" || context.choice === "build") return;
  context.report({ kind: "downloading", what: part.title, received: 0, total: 0 });
  try {
    await run(engine.file, ["plugin", "install", "resource", part.plugin as string, part.version], {
      env: { ...context.env, PULUMI_HOME: folders.pluginHome(), PULUMI_SKIP_UPDATE_CHECK: "true" },
      timeout: pluginTimeout,
    });
  } catch {
    // The registry of plugins is out of reach: building is the next best way, and says so with its own progress.
  }
}

function collect(wanted: readonly PartName[], find: (name: PartName) => Located | undefined): Toolchain {
  const found = new Map<PartName, Located>();
  for (const name of wanted) {
    const located = find(name);
    if (located) found.set(name, located);
  }
  return found;
}
