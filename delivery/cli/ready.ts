import { setTimeout as sleep } from "node:timers/promises";
import type { Settings } from "../../infra/settings.ts";
import { partsForPlatform, startSandbox } from "../../sandbox/index.ts";
import { binDirectory, linkToolchain, pulumiHome } from "../../sandbox/toolchain/links.ts";
import { type PartName, partsFor } from "../../sandbox/toolchain/parts.ts";
import { provideToolchain, type Toolchain, type ToolchainEvent } from "../../sandbox/toolchain/provide.ts";
import { UserError } from "../errors.ts";
import { accountInSandbox, childEnvironment, engineEnvironment, sandboxEnvironment } from "./engine/environment.ts";
import { settleInterruptedRun } from "./engine/interrupted.ts";
import { clearStaleLocks, pendingOperations } from "./engine/leftovers.ts";
import { pruneEngineLogs } from "./engine/logs.ts";
import { runQuietly } from "./engine/run.ts";
import type { StackConfig } from "./engine/stack-config.ts";
import { stackExists } from "./engine/stacks.ts";
import { type Report, runSteps, type Step } from "./progress.ts";
import { seconds } from "./terminal.ts";

/** How long another run on the same stack is waited for, in milliseconds. */
const lockPatience = 15 * 60_000;

/** What a command needs before it can call the engine. */
export interface Ready {
  readonly toolchain: Toolchain;
  /** Environment for `pulumi` and everything below it. */
  readonly env: NodeJS.ProcessEnv;
}

/** What is to be made ready. */
export interface ReadyOptions {
  readonly root: string;
  /** Use the embedded endpoints and backend; false leaves the caller's cloud settings as they are. */
  readonly sandbox: boolean;
  /** The stack that the engine is going to work on, and where its settings are. */
  readonly stack?: WantedStack;
  /** Where the stack's application runs: what only other platforms need is neither fetched nor started. @default "local" */
  readonly platform?: Settings["platform"];
  /** The AWS account that the stack is held to. @default the sandbox's own */
  readonly account?: string | undefined;
  /** No progress display. */
  readonly quiet?: boolean;
  /** Provide the programs of the sandbox's endpoints too, though it is not started. @default whether it is */
  readonly endpoints?: boolean;
  /** Parts that no platform needs. @default none */
  readonly also?: readonly PartName[];
  /** More is going to be compiled, by which the caches of a build will be used and then removed. @default false */
  readonly keepBuildCache?: boolean;
  /** Steps to take before anything is fetched or started, such as the check of settings. */
  readonly before?: readonly Step[];
}

/** A stack that the engine is going to work on; the sandbox's backend gets it when it does not know it yet. */
interface WantedStack {
  readonly name: string;
  readonly config: () => StackConfig;
  /** Throws what speaks against creating it. */
  readonly check?: (env: NodeJS.ProcessEnv) => Promise<void>;
}

/** Makes the toolchain, the sandbox and the stack ready, with progress; what is ready already takes a moment only. */
export async function makeReady(options: ReadyOptions): Promise<Ready> {
  const { root, platform = "local" } = options;
  let toolchain: Toolchain = new Map();
  const env = () =>
    childEnvironment(
      {
        ...engineEnvironment(root, toolchain, options),
        ...(options.sandbox ? sandboxEnvironment(root, accountInSandbox(platform, options.account)) : {}),
      },
      options.sandbox,
    );
  const steps: Step[] = [
    ...(options.before ?? []),
    {
      title: "Toolchain",
      run: async (report) => {
        toolchain = await readyToolchain(root, report, {
          platform,
          endpoints: options.endpoints ?? options.sandbox,
          also: options.also ?? [],
          keepBuildCache: options.keepBuildCache ?? false,
        });
        return describeToolchain(toolchain);
      },
    },
  ];
  if (options.sandbox) {
    steps.push({
      title: "Sandbox",
      run: async (report) => {
        await startSandbox({
          root,
          parts: partsForPlatform(platform),
          ...sandboxPrograms(toolchain),
          report: (event) => report(`${event.part}: ${event.phase}${event.detail ? ` (${event.detail})` : ""}`),
        });
        return `PostgreSQL, cache, GitHub${platform === "local" ? "" : ", AWS"} and inbox are running`;
      },
    });
    const { stack } = options;
    if (stack) steps.push({ title: `Stack ${stack.name}`, run: (report) => readyStack(root, stack, env(), report) });
  }
  await runSteps(steps, options.quiet ? { quiet: true } : {});
  return { toolchain, env: env() };
}

/** The built programs that the sandbox runs, as its settings name them. */
export function sandboxPrograms(toolchain: Toolchain): { cacheBinary?: string; kubernetesBinary?: string } {
  const [cache, kubernetes] = [toolchain.get("cache-server"), toolchain.get("kubernetes")];
  return { ...(cache && { cacheBinary: cache.file }), ...(kubernetes && { kubernetesBinary: kubernetes.file }) };
}

/** Provides the programs that a platform needs and links them into the checkout. */
export async function readyToolchain(
  root: string,
  report: Report,
  options: {
    readonly platform?: Settings["platform"];
    readonly endpoints?: boolean;
    readonly also?: readonly PartName[];
    readonly keepBuildCache?: boolean;
  } = {},
): Promise<Toolchain> {
  const toolchain = await provideToolchain(
    [...partsFor(options.platform ?? "local", options.endpoints), ...(options.also ?? [])],
    (event) => report(describeEvent(event)),
    options.keepBuildCache ? { ...process.env, SLIPWAY_KEEP_BUILD_CACHE: "1" } : process.env,
    binDirectory(root),
  );
  linkToolchain(toolchain, root);
  pruneEngineLogs(pulumiHome(root));
  return toolchain;
}

/** What the toolchain is and where it came from, in a few words. */
export function describeToolchain(toolchain: Toolchain): string {
  const engine = toolchain.get("engine");
  const origin = {
    path: "on PATH",
    release: "the vendor's release",
    built: "built here",
    "user's plugins": "installed",
  }[engine?.origin ?? "built"];
  return `${engine?.part.title ?? "engine"}, ${origin}`;
}

function describeEvent(event: ToolchainEvent): string {
  switch (event.kind) {
    case "waiting":
      return "another ./slipway is installing the toolchain; waiting for it";
    case "downloading": {
      const share = event.total > 0 ? ` ${Math.floor((100 * event.received) / event.total)} %` : "";
      return `fetching ${event.what} from the vendor${share}`;
    }
    case "building": {
      const { parts: built, phase, done, total, elapsed } = event.progress;
      const [what, minutes] = slowBuilds.find(([part]) => built.includes(part))?.[1] ?? ["engine", 5];
      if (phase === "fetching modules")
        return `${what} from source (once per machine, about ${minutes} min on 2 cores): ${done} modules fetched, ${seconds(elapsed)}`;
      return `${what} from source: ${done} of ${total} packages compiled, ${seconds(elapsed)}${remaining(done, total, elapsed)}`;
    }
  }
}

/** What is built apart from the engine: its name in a sentence, and the minutes that it takes. */
const slowBuilds: readonly (readonly [PartName, readonly [string, number]])[] = [
  ["aws", ["AWS plugin", 5]],
  ["kubernetes-plugin", ["Kubernetes plugin", 2]],
  ["kubernetes", ["the sandbox's Kubernetes", 8]],
  ["kube-score", ["the checker of Kubernetes manifests", 2]],
  ["actionlint", ["the checker of workflows", 1]],
];

/** Once a good part is done, the rest is foretold from it. */
function remaining(done: number, total: number, elapsed: number): string {
  return total > 0 && done > total / 10 ? `, about ${seconds((elapsed * (total - done)) / done)} left` : "";
}

async function readyStack(root: string, wanted: WantedStack, env: NodeJS.ProcessEnv, report: Report): Promise<string> {
  const { name: stack } = wanted;
  const config = wanted.config();
  const notes: string[] = [];
  const removed = await waitForLock(root, stack, report);
  if (removed > 0) notes.push("freed the lock of a run that was ended by force");
  if (!stackExists(root, stack)) {
    await wanted.check?.(env);
    report("creating it in the sandbox's backend");
    const result = await runQuietly("pulumi", ["stack", "init", stack, "--no-select"], { cwd: config.folder, env });
    if (result.code !== 0)
      throw new UserError(
        `The stack ${stack} could not be created:\n  ${result.stderr.trim() || result.stdout.trim()}`,
      );
    notes.push("created");
  }
  const pending = pendingOperations(root, stack);
  if (pending.length > 0)
    notes.push(await settleInterruptedRun({ root, stack, config: config.options, env, pending, report }));
  return notes.join("; ") || "ready";
}

/** Waits while another run works on the stack, and clears away what runs that were ended by force left locked. */
async function waitForLock(root: string, stack: string, report: Report): Promise<number> {
  const deadline = Date.now() + lockPatience;
  for (;;) {
    const { holder, removed } = clearStaleLocks(root, stack);
    if (!holder) return removed;
    if (holder.elsewhere) {
      throw new UserError(
        `A pulumi of the machine ${holder.elsewhere.hostname} (process ${holder.pid}, since ${holder.since}) works on ${stack}.\n  Wait for it to end. If it is gone (a container that was removed, a machine with a new name), remove its lock:\n  ${holder.elsewhere.file}`,
      );
    }
    if (Date.now() > deadline) {
      throw new UserError(
        `Another pulumi (process ${holder.pid}, since ${holder.since}) works on ${stack}.\n  Wait for it to end, or end it, and try again.`,
      );
    }
    report(`another pulumi (process ${holder.pid}) works on ${stack}; waiting for it to end`);
    await sleep(500);
  }
}
