import { existsSync, lstatSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { UserError } from "../../delivery/errors.ts";
import { fingerprint } from "./fingerprint.ts";
import { findOnPath, type InstalledPulumi } from "./on-path.ts";
import { engineParts, type Part, type PartName, parts, pulumiVersion } from "./parts.ts";
import type { Target } from "./platform.ts";

/** Where a program came from. */
export type Origin = "path" | "release" | "built" | "user's plugins";

/** A program that is there. */
export interface Located {
  readonly part: Part;
  readonly file: string;
  readonly origin: Origin;
}

/** How the engine is to be had: `auto` takes what is there, then the vendor's release, then builds. */
export type EngineChoice = "auto" | "path" | "release" | "build";

/**
 * Reads `SLIPWAY_ENGINE`.
 * @throws UserError on an unknown word
 */
export function engineChoice(env: NodeJS.ProcessEnv = process.env): EngineChoice {
  const choice = env.SLIPWAY_ENGINE || "auto";
  if (choice === "auto" || choice === "path" || choice === "release" || choice === "build") return choice;
  throw new UserError(
    `SLIPWAY_ENGINE is "${choice}", which is none of auto, path, release, build.\n  Unset it to let Slipway choose.`,
  );
}

/** The folders of one machine's cache that hold programs. */
export class ToolchainFolders {
  readonly cache: string;
  readonly target: Target;

  constructor(cache: string, target: Target) {
    this.cache = cache;
    this.target = target;
  }

  /** Folder of a part that was built from these very sources. */
  built(part: Part): string {
    return path.join(this.cache, "toolchain", `${part.name}-${part.version}-${fingerprint(part, this.target)}`);
  }

  /** Folder of the vendor's release of the CLI. */
  release(): string {
    return path.join(this.cache, "toolchain", `pulumi-${pulumiVersion}-${this.target.os}-${this.target.arch}`);
  }

  /** PULUMI_HOME into which the vendor's CLI installs plugins for this machine. */
  pluginHome(): string {
    return path.join(this.cache, "toolchain", "pulumi-home");
  }
}

/** Finds a part that needs neither download nor build; undefined when it is missing. */
export function locate(
  name: PartName,
  folders: ToolchainFolders,
  context: {
    readonly installed: InstalledPulumi | undefined;
    readonly choice: EngineChoice;
    readonly env: NodeJS.ProcessEnv;
  },
): Located | undefined {
  const part = parts[name];
  const present = (file: string | undefined, origin: Origin): Located | undefined =>
    file !== undefined && existsSync(file) ? { part, file, origin } : undefined;
  const built = () => present(path.join(folders.built(part), part.binary), "built");

  if (isEnginePart(name)) {
    const usable = context.installed && !context.installed.problem ? context.installed : undefined;
    const onPath = {
      engine: usable?.pulumi,
      "language-host": usable?.languageHost,
      "dynamic-provider": usable?.dynamicProvider,
    }[name];
    const release = () => present(path.join(folders.release(), part.binary), "release");
    switch (context.choice) {
      case "path":
        return present(onPath, "path");
      case "release":
        return release();
      case "build":
        return built();
      case "auto":
        return present(onPath, "path") ?? release() ?? built();
    }
  }
  if (part.plugin) {
    const folder = path.join("plugins", `resource-${part.plugin}-v${part.version}`, part.binary);
    const vendor = present(path.join(folders.pluginHome(), folder), "release");
    if (context.choice === "build") return built();
    const users = path.join(context.env.PULUMI_HOME ?? path.join(homedir(), ".pulumi"), folder);
    // A link there is one of ours (PULUMI_HOME of `slipway env`): what it leads to is found in its own right.
    return (isLink(users) ? undefined : present(users, "user's plugins")) ?? vendor ?? built();
  }
  for (const program of part.onPath ?? []) {
    const found = present(findOnPath(program, context.env), "path");
    if (found) return found;
  }
  return built();
}

function isLink(file: string): boolean {
  return lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

/** Whether a part is one of the three that the vendor releases together. */
export function isEnginePart(name: PartName): name is (typeof engineParts)[number] {
  return (engineParts as readonly PartName[]).includes(name);
}
