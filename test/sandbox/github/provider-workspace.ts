import { mkdirSync, symlinkSync } from "node:fs";
import path from "node:path";
import { LocalWorkspace, type PulumiFn, type Stack } from "@pulumi/pulumi/automation/index.js";
import { cacheDirectory } from "../../../sandbox/paths.ts";
import { engineChoice, locate, ToolchainFolders } from "../../../sandbox/toolchain/locate.ts";
import { installedPulumi } from "../../../sandbox/toolchain/on-path.ts";
import { parts } from "../../../sandbox/toolchain/parts.ts";
import { currentTarget } from "../../../sandbox/toolchain/platform.ts";
import type { TestGitHub } from "./support.ts";

/** The engine and the GitHub plugin, when this machine has them: tests build nothing. */
async function findEngine(): Promise<{ readonly pulumi: string; readonly plugin: string } | undefined> {
  const folders = new ToolchainFolders(cacheDirectory(), currentTarget());
  const context = { installed: await installedPulumi(), choice: engineChoice(), env: process.env };
  const [pulumi, plugin] = [locate("engine", folders, context), locate("github", folders, context)];
  return pulumi && plugin && { pulumi: pulumi.file, plugin: plugin.file };
}

/** Runs programs with the real engine and the real GitHub plugin against a local GitHub of the test. */
export class ProviderWorkspace {
  readonly #github: TestGitHub;
  readonly #envVars: Record<string, string>;
  readonly #before: Record<string, string | undefined>;

  private constructor(github: TestGitHub, envVars: Record<string, string>) {
    this.#github = github;
    this.#envVars = envVars;
    const { GITHUB_BASE_URL, PATH } = process.env;
    this.#before = { GITHUB_BASE_URL, PATH };
    // The automation API looks for `pulumi` on its own PATH, and programs run in this process.
    Object.assign(process.env, { GITHUB_BASE_URL: envVars.GITHUB_BASE_URL, PATH: envVars.PATH });
  }

  /** @returns undefined, having said how to get it, when this machine has no engine */
  static async create(github: TestGitHub): Promise<ProviderWorkspace | undefined> {
    const programs = await findEngine();
    if (!programs) {
      console.log("      the engine or its GitHub plugin is missing: ./slipway setup gets them");
      return undefined;
    }
    const home = path.join(github.folder, "home");
    const pluginFolder = path.join(home, "plugins", `resource-github-v${parts.github.version}`);
    for (const folder of [pluginFolder, path.join(github.folder, "state"), path.join(github.folder, "work")]) {
      mkdirSync(folder, { recursive: true });
    }
    symlinkSync(programs.plugin, path.join(pluginFolder, parts.github.binary));
    return new ProviderWorkspace(github, {
      PATH: `${path.dirname(programs.pulumi)}${path.delimiter}${process.env.PATH}`,
      PULUMI_HOME: home,
      PULUMI_BACKEND_URL: `file://${path.join(github.folder, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "proof",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      GITHUB_BASE_URL: `${github.url}/`,
      GITHUB_TOKEN: github.token,
      GITHUB_OWNER: "teamflow",
    });
  }

  /** A stack of the project `proof` that runs this program; the same one, with its state, for the same name. */
  stack(stackName: string, program: PulumiFn): Promise<Stack> {
    const workDir = path.join(this.#github.folder, "work");
    const projectSettings = { name: "proof", runtime: "nodejs" } as const;
    return LocalWorkspace.createOrSelectStack(
      { stackName, projectName: "proof", program },
      { workDir, envVars: this.#envVars, projectSettings },
    );
  }

  /** Puts this process' variables back. */
  dispose(): void {
    for (const [name, value] of Object.entries(this.#before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}
