import { createHash } from "node:crypto";
import { existsSync, linkSync, mkdirSync, readdirSync, readlinkSync, renameSync, rmSync, symlinkSync } from "node:fs";
import path from "node:path";
import { cacheDirectory, stateDirectory } from "../paths.ts";
import { isEnginePart, type Located } from "./locate.ts";
import type { Toolchain } from "./provide.ts";

/** The folder of a checkout that goes first on PATH: links to `pulumi` and its language host, nothing else. */
export function binDirectory(root: string): string {
  return path.join(stateDirectory(root), "bin");
}

/** PULUMI_HOME of a checkout: its plugins, credentials and workspaces, apart from the user's own. */
export function pulumiHome(root: string): string {
  return path.join(stateDirectory(root), "pulumi");
}

/**
 * Links the toolchain's programs into a checkout. Plugins get a folder of their own each, as the engine expects; they must
 * not be on PATH, where they would win over the version that the program asks for.
 */
export function linkToolchain(toolchain: Toolchain, root: string, env: NodeJS.ProcessEnv = process.env): void {
  const located = [...toolchain.values()];
  const engine = located.filter(({ part }) => isEnginePart(part.name));
  const bin = binDirectory(root);
  mkdirSync(bin, { recursive: true });
  for (const { part, file } of assembleEngine(engine, cacheDirectory(env))) link(file, path.join(bin, part.binary));
  for (const { part, file } of located) {
    if (part.plugin)
      link(file, path.join(pulumiHome(root), "plugins", `resource-${part.plugin}-v${part.version}`, part.binary));
  }
  const wanted = new Set(engine.map(({ part }) => part.binary));
  for (const name of readdirSync(bin)) {
    if (!wanted.has(name)) rmSync(path.join(bin, name), { force: true });
  }
}

/**
 * The engine looks for its language host beside itself, where its links lead, and warns when it finds it elsewhere on PATH.
 * Programs that were built apart are therefore brought together in one folder of the cache, as hard links.
 */
function assembleEngine(engine: readonly Located[], cache: string): readonly Located[] {
  if (engine.some(({ origin }) => origin !== "built")) return engine;
  const name = createHash("sha256")
    .update(engine.map(({ file }) => file).join("\n"))
    .digest("hex")
    .slice(0, 16);
  const folder = path.join(cache, "toolchain", `engine-set-${name}`);
  if (!existsSync(folder)) {
    const work = `${folder}.part-${process.pid}`;
    rmSync(work, { recursive: true, force: true });
    mkdirSync(work, { recursive: true });
    for (const { part, file } of engine) linkSync(file, path.join(work, part.binary));
    try {
      renameSync(work, folder);
    } catch (error) {
      // Another process was quicker; its folder holds the same links.
      rmSync(work, { recursive: true, force: true });
      if (!existsSync(folder)) throw error;
    }
  }
  return engine.map((entry) => ({ ...entry, file: path.join(folder, entry.part.binary) }));
}

function link(target: string, file: string): void {
  try {
    if (readlinkSync(file) === target) return;
  } catch {
    // Not there yet.
  }
  mkdirSync(path.dirname(file), { recursive: true });
  // Beside the folder, not in it: another process may be clearing that of what it does not know.
  const fresh = `${path.dirname(file)}.new-${process.pid}`;
  rmSync(fresh, { force: true });
  symlinkSync(target, fresh);
  renameSync(fresh, file);
}
