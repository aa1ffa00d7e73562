import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { codeOf, reason, SandboxError } from "../errors.ts";
import type { PartCommand } from "../parts.ts";
import { identify, isAlive, type ProcessIdentity, signal } from "./processes.ts";
import { until } from "./wait.ts";

/** A process that the supervisor looks after: its own child, or one of an earlier supervisor. */
export interface ManagedProcess {
  readonly identity: ProcessIdentity;
  /** Resolves with how it ended, as a phrase: "ended by SIGKILL". */
  readonly ended: Promise<string>;
  /** Frees what watches the process. */
  forget(): void;
}

/** How often a process that is not our child is looked at, in milliseconds. */
const lookInterval = 400;

/**
 * Starts a process in a session and process group of its own, so that it outlives us, with both outputs appended to a log.
 * @throws SandboxError when the program cannot be executed
 */
export async function launch(command: PartCommand, logFile: string): Promise<ManagedProcess> {
  const log = openSync(logFile, "a", 0o600);
  try {
    const child = spawn(command.file, [...command.args], {
      cwd: command.cwd,
      env: { ...command.env },
      detached: true,
      stdio: ["ignore", log, log],
      ...(command.account ?? {}),
    });
    const ended = new Promise<string>((resolve) => {
      child.once("exit", (code, name) => resolve(name ? `ended by ${name}` : `ended with exit code ${code}`));
    });
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve).once("error", reject);
    });
    const pid = child.pid ?? 0;
    child.unref();
    return { identity: identify(pid) ?? { pid, started: "gone" }, ended, forget: () => undefined };
  } catch (error) {
    throw explainSpawnError(error, command);
  } finally {
    closeSync(log);
  }
}

/** Watches a process that somebody else started, or undefined when it is gone. */
export function adopt(identity: ProcessIdentity): ManagedProcess | undefined {
  if (!isAlive(identity)) return undefined;
  let timer: NodeJS.Timeout | undefined;
  const ended = new Promise<string>((resolve) => {
    timer = setInterval(() => {
      if (isAlive(identity)) return;
      clearInterval(timer);
      resolve("ended");
    }, lookInterval);
  });
  return { identity, ended, forget: () => clearInterval(timer) };
}

/**
 * Ends a process: asks with one signal after the other, each with its patience (milliseconds), then kills its whole group.
 * @returns whether it is gone
 */
export async function terminate(
  identity: ProcessIdentity,
  signals: readonly (readonly [NodeJS.Signals, number])[],
): Promise<boolean> {
  for (const [name, patience] of signals) {
    if (!signal(identity, name)) return true;
    if (await until(() => !isAlive(identity), patience, 20)) return true;
  }
  signal(identity, "SIGKILL", { group: true });
  return until(() => !isAlive(identity), 5000, 20);
}

function explainSpawnError(error: unknown, command: PartCommand): unknown {
  if (codeOf(error) === undefined) return error;
  return new SandboxError({
    what: `A program of the sandbox cannot be started (${reason(error)}).`,
    where: command.file,
    remedy:
      codeOf(error) === "ENOENT"
        ? "Run ./slipway setup, which brings it along."
        : "Check that the file may be executed by the account that runs Slipway and that its disk is not mounted noexec.",
    cause: error,
  });
}
