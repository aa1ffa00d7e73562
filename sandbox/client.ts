import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import path from "node:path";
import { codeVersion, exitBusy, type Order, type OrderName, type SupervisorReport } from "./control.ts";
import { baseEnvironment } from "./environment.ts";
import { SandboxError } from "./errors.ts";
import { type Layout, makeDirectories } from "./layout.ts";
import { loadState } from "./state.ts";
import { readIfPresent } from "./system/files.ts";
import { tail } from "./system/log-files.ts";
import { ask } from "./system/loopback.ts";
import { isAlive, type ProcessIdentity, signal } from "./system/processes.ts";
import { until } from "./system/wait.ts";

const supervisorFile = path.join(import.meta.dirname, "supervisor.ts");

/** How long a supervisor may take to come up, or to end after a handover, in milliseconds. */
const patience = 60_000;

/** How long a supervisor may take to carry out an order, in milliseconds: longer than all parts take to end. */
const endLimit = 90_000;

/** A supervisor that we launched: running, or how it ended. */
interface Launched {
  exitCode: number | undefined;
  /** Ended by a signal: somebody killed it, it did not fail. */
  killed: boolean;
}

/** What the running supervisor reports, or undefined when none answers. */
export async function readReport(layout: Layout): Promise<SupervisorReport | undefined> {
  const [supervisor, token] = [loadState(layout)?.supervisor, readIfPresent(layout.controlToken)];
  if (!supervisor || token === undefined) return undefined;
  try {
    const { status, body } = await ask({ port: supervisor.port, method: "GET", path: "/report", token, timeout: 5000 });
    return status === 200 ? (JSON.parse(body) as SupervisorReport) : undefined;
  } catch {
    return undefined;
  }
}

/** Gives the supervisor an order and waits until it is carried out. @returns false when no supervisor takes it */
export async function give<Name extends OrderName>(layout: Layout, name: Name, order: Order<Name>): Promise<boolean> {
  const [supervisor, token] = [loadState(layout)?.supervisor, readIfPresent(layout.controlToken)];
  if (!supervisor || token === undefined) return false;
  const answer = await ask({
    port: supervisor.port,
    method: "POST",
    path: `/${name}`,
    token,
    body: order,
    timeout: endLimit,
  }).catch(() => undefined);
  if (answer?.status === 200) return true;
  if (answer?.status === 500) throw new SandboxError(String((JSON.parse(answer.body) as { error: unknown }).error));
  return false;
}

/**
 * Makes sure that a supervisor of this code runs, and answers. Safe to call twice at once: of two supervisors the one
 * that does not get the lock ends.
 */
export async function ensureSupervisor(layout: Layout): Promise<void> {
  const version = codeVersion();
  let launched: Launched | undefined;
  const answers = await until(async () => {
    const report = await readReport(layout);
    if (report && !report.ending) {
      if (report.version === version) return true;
      await give(layout, "handover", {});
      return false;
    }
    if (launched?.killed || launched?.exitCode === exitBusy || launched?.exitCode === 0) launched = undefined;
    if (launched?.exitCode !== undefined) throw brokenSupervisor(layout, launched.exitCode);
    if (!report) launched ??= launchSupervisor(layout, []);
    return false;
  }, patience);
  if (!answers) throw silentSupervisor(layout);
}

/**
 * Does one thing (see `supervisor.ts`) without the running supervisor, which did not take the order: one that is ending is
 * waited for, one that hangs is killed. Parts outlive it, and are found.
 */
export async function doWithoutSupervisor(layout: Layout, action: string): Promise<void> {
  const present = recordedSupervisor(layout);
  if (present && (await readReport(layout))?.ending) await until(() => !isAlive(present), endLimit);
  if (present) signal(present, "SIGKILL");
  const launched = launchSupervisor(layout, ["--once", action]);
  const ended = await until(() => launched.exitCode !== undefined, 5 * patience);
  if (!ended || launched.exitCode === exitBusy) throw silentSupervisor(layout);
  if (launched.exitCode !== 0) throw brokenSupervisor(layout, launched.exitCode ?? 1);
}

/** Waits until the supervisor's process has ended. */
export async function waitForEnd(supervisor: ProcessIdentity | undefined): Promise<void> {
  if (supervisor) await until(() => !isAlive(supervisor), patience, 20);
}

/** The supervisor's process as the state names it, if it is alive. */
export function recordedSupervisor(layout: Layout): ProcessIdentity | undefined {
  const supervisor = loadState(layout)?.supervisor;
  return supervisor && isAlive(supervisor) ? supervisor : undefined;
}

/** Starts a supervisor in a session of its own, so that closing the terminal does not end it. */
function launchSupervisor(layout: Layout, args: readonly string[]): Launched {
  makeDirectories(layout);
  const log = openSync(layout.log("supervisor"), "a", 0o600);
  const launched: Launched = { exitCode: undefined, killed: false };
  try {
    const child = spawn(
      process.execPath,
      ["--disable-warning=ExperimentalWarning", supervisorFile, "--root", layout.root, ...args],
      {
        cwd: layout.root,
        env: baseEnvironment(),
        detached: true,
        stdio: ["ignore", log, log],
      },
    );
    child.once("exit", (code) => {
      launched.exitCode = code ?? 1;
      launched.killed = code === null;
    });
    child.once("error", () => {
      launched.exitCode = 1;
    });
    child.unref();
  } finally {
    closeSync(log);
  }
  return launched;
}

function brokenSupervisor(layout: Layout, code: number): SandboxError {
  const lines = tail(layout.log("supervisor"), 8).map((line) => `    | ${line}`);
  return new SandboxError({
    what: `The sandbox's supervisor ended with exit code ${code}.`,
    where: `${layout.log("supervisor")}, which ends with\n${lines.join("\n")}`,
    remedy: "Mend what the log names, then run the command again.",
  });
}

function silentSupervisor(layout: Layout): SandboxError {
  const process = recordedSupervisor(layout);
  return new SandboxError({
    what: `The sandbox's supervisor${process ? ` (process ${process.pid})` : ""} does not answer.`,
    where: layout.log("supervisor"),
    remedy: "Run ./slipway sandbox stop, which ends it, then start again.",
  });
}
