import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type EngineEvent, LocalWorkspace, type PulumiFn, type Stack } from "@pulumi/pulumi/automation/index.js";
import { cacheDirectory } from "../../../../sandbox/paths.ts";
import { engineChoice, locate, ToolchainFolders } from "../../../../sandbox/toolchain/locate.ts";
import { installedPulumi } from "../../../../sandbox/toolchain/on-path.ts";
import { parts } from "../../../../sandbox/toolchain/parts.ts";
import { currentTarget } from "../../../../sandbox/toolchain/platform.ts";

/** Programs that the tests of the plugin need. */
export interface Programs {
  readonly pulumi: string;
  readonly plugin: string;
  readonly kubernetes: string;
}

/**
 * The programs, when this machine has them: these tests build nothing. Who works on the plugin or on Kubernetes names a
 * folder with their own builds of both in SLIPWAY_PLUGIN_TEST_PROGRAMS.
 */
export async function findPrograms(env: NodeJS.ProcessEnv = process.env): Promise<Programs | undefined> {
  const folders = new ToolchainFolders(cacheDirectory(), currentTarget());
  const context = { installed: await installedPulumi(), choice: engineChoice(), env };
  const own = env.SLIPWAY_PLUGIN_TEST_PROGRAMS;
  const find = (name: "kubernetes-plugin" | "kubernetes") =>
    // Only our own plugin is tested, never the vendor's.
    own ? path.join(own, parts[name].binary) : locate(name, folders, { ...context, env: {} })?.file;
  const [pulumi, plugin, kubernetes] = [
    locate("engine", folders, context)?.file,
    find("kubernetes-plugin"),
    find("kubernetes"),
  ];
  return pulumi && plugin && kubernetes ? { pulumi, plugin, kubernetes } : undefined;
}

/** What an operation did. */
export interface Done {
  /** Everything that a user saw. */
  readonly output: string;
  /** The operations by resource name, for instance `web: update`; what stays the same is left out. */
  readonly operations: readonly string[];
  /** Properties that differed, by resource name. */
  readonly differences: Readonly<Record<string, readonly string[]>>;
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly failed: boolean;
}

/** The real engine with our plugin and a backend of files. */
export class TestEngine {
  private readonly folder = mkdtempSync(path.join(tmpdir(), "slipway-plugin-engine-"));
  private readonly env: Readonly<Record<string, string>>;
  private readonly pathBefore = process.env.PATH;

  constructor(programs: Programs, extra: Readonly<Record<string, string>> = {}) {
    const home = path.join(this.folder, "home");
    const plugin = path.join(home, "plugins", `resource-kubernetes-v${parts["kubernetes-plugin"].version}`);
    for (const folder of [plugin, this.inside("state"), this.inside("work")]) mkdirSync(folder, { recursive: true });
    symlinkSync(programs.plugin, path.join(plugin, parts["kubernetes-plugin"].binary));
    // The automation API looks for `pulumi` on its own PATH.
    process.env.PATH = `${path.dirname(programs.pulumi)}${path.delimiter}${this.pathBefore}`;
    this.env = {
      PATH: process.env.PATH,
      PULUMI_HOME: home,
      PULUMI_BACKEND_URL: `file://${this.inside("state")}`,
      PULUMI_CONFIG_PASSPHRASE: "test",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      ...extra,
    };
  }

  private inside(name: string): string {
    return path.join(this.folder, name);
  }

  /** A stack of this name with a program; asked for again with another program it is the same stack. */
  async stack(name: string, program: PulumiFn, env: Readonly<Record<string, string>> = {}): Promise<TestStack> {
    const workspace = {
      workDir: this.inside("work"),
      envVars: { ...this.env, ...env },
      projectSettings: { name: "plugin", runtime: "nodejs" as const },
    };
    const args = { stackName: name, projectName: "plugin", program };
    return new TestStack(await LocalWorkspace.createOrSelectStack(args, workspace));
  }

  dispose(): void {
    process.env.PATH = this.pathBefore;
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** One stack; what is done with it never throws for a failed operation, which is for the test to judge. */
export class TestStack {
  private readonly stack: Stack;

  constructor(stack: Stack) {
    this.stack = stack;
  }

  preview(): Promise<Done> {
    return this.watch((options) => this.stack.preview({ ...options, diff: true }));
  }

  up(): Promise<Done> {
    return this.watch((options) => this.stack.up({ ...options, diff: true }));
  }

  refresh(): Promise<Done> {
    return this.watch((options) => this.stack.refresh(options));
  }

  destroy(): Promise<Done> {
    return this.watch((options) => this.stack.destroy(options));
  }

  /** The state of a resource as the backend keeps it. */
  // biome-ignore lint/suspicious/noExplicitAny: states of any kind are read.
  async state(name: string): Promise<any> {
    const { deployment } = await this.stack.exportStack();
    return deployment.resources.find((resource: { urn: string }) => resource.urn.endsWith(`::${name}`));
  }

  private async watch(
    operation: (options: {
      onOutput: (text: string) => void;
      onEvent: (event: EngineEvent) => void;
      color: "never";
    }) => Promise<unknown>,
  ): Promise<Done> {
    let output = "";
    const operations = new Set<string>();
    const differences: Record<string, string[]> = {};
    const onEvent = (event: EngineEvent): void => {
      const step = event.resourcePreEvent?.metadata ?? event.resOutputsEvent?.metadata;
      if (!step || step.op === "same" || step.op === "read" || step.type === "pulumi:pulumi:Stack") return;
      const name = step.urn.split("::").at(-1) ?? "";
      operations.add(`${name}: ${step.op}`);
      if (step.detailedDiff && Object.keys(step.detailedDiff).length > 0)
        differences[name] = Object.keys(step.detailedDiff).sort();
    };
    const onOutput = (text: string): void => {
      output += text;
    };
    let failed = false;
    try {
      await operation({ onOutput, onEvent, color: "never" });
    } catch (error) {
      failed = true;
      output += String(error);
    }
    const outputs = failed ? {} : await this.stack.outputs();
    return {
      output,
      operations: [...operations].sort(),
      differences,
      outputs: Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value])),
      failed,
    };
  }
}
