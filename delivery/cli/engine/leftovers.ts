import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { hostname } from "node:os";
import path from "node:path";
import { z } from "zod";
import { findProcesses } from "../../../sandbox/system/processes.ts";
import { UserError } from "../../errors.ts";
import { backendDirectory } from "./environment.ts";
import { stateFile } from "./stacks.ts";

/** A lock of Pulumi's file backend: one JSON file each (pkg/backend/diy/lock.go). */
const lockSchema = z.object({ pid: z.number().int(), hostname: z.string(), timestamp: z.string() });

/** What of a state file is read here (sdk/go/common/apitype: CheckpointV3, DeploymentV3). */
const stateSchema = z.object({
  checkpoint: z.object({
    latest: z
      .object({
        pending_operations: z
          .array(
            z.object({
              type: z.string(),
              resource: z.object({
                urn: z.string(),
                type: z.string(),
                inputs: z.record(z.string(), z.unknown()).optional(),
              }),
            }),
          )
          .nullish(),
      })
      .nullish(),
  }),
});

/** Somebody who holds a stack's lock and is alive. */
export interface LockHolder {
  readonly pid: number;
  readonly since: string;
  /** Set when it is a process of another machine, whose end cannot be seen from here. */
  readonly elsewhere?: { readonly hostname: string; readonly file: string };
}

/** An operation that the engine had begun and not finished when it was ended. */
export interface PendingOperation {
  /** As the state says: creating, updating, deleting, reading, importing. */
  readonly operation: string;
  readonly urn: string;
  readonly type: string;
  /** The last part of the URN, which is how the program names the resource. */
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/**
 * Removes the locks of this stack whose holders are gone (ended by force, or another program has their number now).
 * @returns who still holds one, if anybody, and how many were removed
 */
export function clearStaleLocks(
  root: string,
  stack: string,
): { readonly holder: LockHolder | undefined; readonly removed: number } {
  const folder = path.join(backendDirectory(root), ".pulumi", "locks", "organization", "slipway", stack);
  let holder: LockHolder | undefined;
  let removed = 0;
  for (const name of list(folder)) {
    const file = path.join(folder, name);
    const lock = readLock(file);
    if (lock && lock.hostname === hostname() && isPulumi(lock.pid)) {
      holder = { pid: lock.pid, since: lock.timestamp };
    } else if (lock && lock.hostname !== hostname()) {
      // Another machine's or container's (a shared folder): whether its process lives cannot be known from here, so it stays.
      holder = { pid: lock.pid, since: lock.timestamp, elsewhere: { hostname: lock.hostname, file } };
    } else {
      rmSync(file, { force: true });
      removed += 1;
    }
  }
  return { holder, removed };
}

/**
 * The operations that the last run left unfinished, as its state file tells.
 * @throws UserError when that file is damaged
 */
export function pendingOperations(root: string, stack: string): PendingOperation[] {
  const file = stateFile(root, stack);
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return [];
  }
  const state = stateSchema.safeParse(parseState(text, file, stack));
  if (!state.success) return [];
  return (state.data.checkpoint.latest?.pending_operations ?? []).map(({ type: operation, resource }) => ({
    operation,
    urn: resource.urn,
    type: resource.type,
    name: resource.urn.split("::").at(-1) ?? resource.urn,
    inputs: resource.inputs ?? {},
  }));
}

function parseState(text: string, file: string, stack: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UserError(
      `The state of ${stack} is damaged: ${(error as Error).message}\n  at ${file}\n  The engine keeps the state before the last change beside it: copy ${path.basename(file)}.bak over it and run the command again.`,
      { cause: error },
    );
  }
}

/**
 * Whether a living process is the engine, and not another program that has its number now. The folder before the program's
 * name may hold spaces, so that the command cannot be split at the first one.
 */
function isPulumi(pid: number): boolean {
  return findProcesses((info) => info.pid === pid && /^(.*\/)?pulumi( |$)/.test(info.command)).length > 0;
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => statSync(path.join(folder, name)).isFile());
  } catch {
    return [];
  }
}

/** A lock that cannot be read was cut off while it was written, so its writer is gone. */
function readLock(file: string): z.infer<typeof lockSchema> | undefined {
  try {
    return lockSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return undefined;
  }
}
