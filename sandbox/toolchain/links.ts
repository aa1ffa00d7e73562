import { mkdirSync, readdirSync, readlinkSync, rmSync, symlinkSync } from "node:fs";
import path from "node:path";
import { stateDirectory } from "../paths.ts";
import { isEnginePart } from "./locate.ts";
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
export function linkToolchain(toolchain: Toolchain, root: string): void {
  const bin = binDirectory(root);
  const plugins = path.join(pulumiHome(root), "plugins");
  const wanted = new Set<string>();
  for (const [name, { part, file }] of toolchain) {
    if (isEnginePart(name)) {
      link(file, path.join(bin, part.binary));
      wanted.add(part.binary);
    }
    if (part.plugin) link(file, path.join(plugins, `resource-${part.plugin}-v${part.version}`, part.binary));
  }
  for (const name of readdirSync(bin)) {
    if (!wanted.has(name)) rmSync(path.join(bin, name), { force: true });
  }
}

function link(target: string, file: string): void {
  try {
    if (readlinkSync(file) === target) return;
  } catch {
    // Not there yet.
  }
  mkdirSync(path.dirname(file), { recursive: true });
  rmSync(file, { force: true });
  symlinkSync(target, file);
}
