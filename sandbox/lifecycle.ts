import { existsSync } from "node:fs";
import path from "node:path";
import { doWithoutSupervisor, ensureSupervisor, give, readReport, recordedSupervisor, waitForEnd } from "./client.ts";
import type { Order, OrderName } from "./control.ts";
import { SandboxError } from "./errors.ts";
import { type Layout, layoutOf } from "./layout.ts";
import { localParts, type PartEvent, type PartName, partNames, type SandboxSettings } from "./parts.ts";
import { inOrder } from "./state.ts";
import type { PartReport } from "./supervisor-core.ts";
import { explainFileError } from "./system/files.ts";
import { until } from "./system/wait.ts";

export interface StartOptions extends SandboxSettings {
  /** The checkout. */
  readonly root: string;
  /** The parts to start, besides those that run; `partsForPlatform` names those of a platform. @default the local ones */
  readonly parts?: readonly PartName[];
  /** Told of every step, for a progress display. */
  readonly report?: (event: PartEvent) => void;
}

/** Longer than any part's own limit and all its attempts; milliseconds. */
const startLimit = 10 * 60_000;

const eventPhase = {
  stopped: "starting",
  starting: "starting",
  waiting: "waiting",
  unhealthy: "waiting",
  ready: "ready",
  failed: "failed",
} as const;

/**
 * Starts parts of the sandbox, and returns when all of them answer. Parts that run are left alone, one that was given up
 * is tried again; two starts at once do no harm. The parts outlive this process.
 * @throws SandboxError when a part cannot run, with what its log says
 */
export async function startSandbox(options: StartOptions): Promise<void> {
  const layout = layoutOf(options.root);
  const parts = inOrder(options.parts ?? localParts);
  if (parts.length === 0) return;
  const wanted = { parts, settings: { ...settingsOf(options), awsPython: await awsPythonFor(parts, options) } };
  await withFileErrors(layout, async () => {
    const given = await until(async () => {
      await ensureSupervisor(layout);
      return give(layout, "start", wanted);
    }, startLimit);
    if (given) await waitForParts(layout, wanted, options.report ?? (() => undefined));
  });
}

/**
 * Ends all parts and the supervisor, also parts whose supervisor is gone; no process stays. Data is kept.
 * Does nothing when nothing runs.
 * @throws SandboxError when a process cannot be ended
 */
export async function stopSandbox(root: string): Promise<void> {
  const layout = layoutOf(root);
  if (!existsSync(layout.sandbox)) return;
  await withFileErrors(layout, async () => {
    const supervisor = recordedSupervisor(layout);
    if (!(await order(layout, "stop", {}))) await doWithoutSupervisor(layout, "stop");
    await waitForEnd(supervisor);
  });
}

/**
 * Ends parts and removes their data and secrets; the next start makes them anew.
 * @param parts whose data to remove. @default all, after which the supervisor ends too
 */
export async function resetSandbox(root: string, parts: readonly PartName[] = partNames): Promise<void> {
  const layout = layoutOf(root);
  if (!existsSync(layout.sandbox)) return;
  const chosen = inOrder(parts);
  const action = `reset:${chosen.join(",")}`;
  await withFileErrors(layout, async () => {
    const supervisor = recordedSupervisor(layout);
    if (chosen.length < partNames.length) {
      if (!(await order(layout, "reset", { parts: chosen }))) await doWithoutSupervisor(layout, action);
      return;
    }
    await order(layout, "stop", {});
    await waitForEnd(supervisor);
    await doWithoutSupervisor(layout, action);
  });
}

/** Gives an order to the supervisor if one answers; whether it was carried out. */
async function order<Name extends OrderName>(layout: Layout, name: Name, content: Order<Name>): Promise<boolean> {
  return (await readReport(layout)) !== undefined && give(layout, name, content);
}

/** Passes on what the parts do, until all of them are ready. A supervisor that dies meanwhile is brought back. */
async function waitForParts(layout: Layout, wanted: Order<"start">, tell: (event: PartEvent) => void): Promise<void> {
  const told = new Map<PartName, string>();
  const ready = await until(
    async () => {
      const report = await readReport(layout);
      if (!report || report.ending) {
        await ensureSupervisor(layout);
        await give(layout, "start", wanted);
        return false;
      }
      const ours = report.parts.filter(({ name }) => wanted.parts.includes(name));
      for (const part of ours) tellOnce(part, told, tell);
      const failed = ours.filter(({ phase }) => phase === "failed");
      if (failed.length > 0) throw new SandboxError(failed.map(({ detail }) => detail).join("\n"));
      return ours.every(({ phase }) => phase === "ready");
    },
    startLimit,
    80,
  );
  if (ready) return;
  throw new SandboxError({
    what: "The sandbox did not come up in time.",
    where: layout.logs,
    remedy: "See the logs; ./slipway sandbox start goes on with it.",
  });
}

function tellOnce(part: PartReport, told: Map<PartName, string>, tell: (event: PartEvent) => void): void {
  const event: PartEvent = { part: part.name, phase: eventPhase[part.phase], detail: part.detail };
  const key = `${event.phase} ${event.detail}`;
  if (told.get(part.name) === key) return;
  told.set(part.name, key);
  tell(event);
}

/** The caller's choice of programs, else the cache server that is on the caller's PATH; the supervisor remembers them. */
function settingsOf(options: StartOptions): Pick<SandboxSettings, "cacheBinary" | "kubernetesBinary"> {
  const chosen = options.cacheBinary ?? process.env.SLIPWAY_CACHE_BINARY;
  const kubernetes = options.kubernetesBinary ?? process.env.SLIPWAY_KUBERNETES_BINARY;
  return {
    cacheBinary: chosen ? path.resolve(chosen) : (onPath("valkey-server") ?? onPath("redis-server")),
    kubernetesBinary: kubernetes ? path.resolve(kubernetes) : undefined,
  };
}

/**
 * Provides the local AWS in the caller's process, because the supervisor has none of the caller's settings for package
 * registries (proxies, certificates).
 */
async function awsPythonFor(parts: readonly PartName[], options: StartOptions): Promise<string | undefined> {
  if (!parts.includes("aws")) return undefined;
  const report = (detail: string) => options.report?.({ part: "aws", phase: "starting", detail });
  if (options.awsPython) return options.awsPython;
  const { provideMiniStack } = await import("./aws/python.ts");
  return provideMiniStack((detail) => report(detail));
}

function onPath(program: string): string | undefined {
  const folders = (process.env.PATH ?? "").split(path.delimiter).filter(path.isAbsolute);
  return folders.map((folder) => path.join(folder, program)).find((file) => existsSync(file));
}

async function withFileErrors<Result>(layout: Layout, action: () => Promise<Result>): Promise<Result> {
  try {
    return await action();
  } catch (error) {
    throw explainFileError(error, layout.stateDirectory);
  }
}
