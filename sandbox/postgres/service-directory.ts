import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import path from "node:path";
import { SandboxError } from "../errors.ts";
import type { Layout } from "../layout.ts";
import { stateDirectory } from "../paths.ts";
import { openDirectory, readIfPresent, writeAtomically } from "../system/files.ts";
import { waitForLock } from "../system/lock.ts";
import { findProcesses } from "../system/processes.ts";

/**
 * Where root keeps PostgreSQL when its unprivileged account cannot reach the checkout: a copy of the binaries for all
 * checkouts, and one folder ("home") per checkout, named after the checkout's id, with the checkout's path in it.
 */
const serviceDirectory = "/var/lib/slipway";

/** How the paths of shared copies of PostgreSQL's programs begin; a version follows. */
export const binariesPrefix = path.join(serviceDirectory, "postgresql-");

const ownerFile = "checkout";

/** What is kept there: the cluster of the part "postgres", or those that stand for RDS instances. */
export type ServerName = "postgres" | "rds";

/** The checkout's own name for the folder: the folder itself, or a link to a home. */
export function pointerOf(root: string, server: ServerName): string {
  return path.join(stateDirectory(root), "sandbox", server);
}

/** Makes an empty home for a checkout. What an earlier checkout at the same path left there is removed. */
export function makeHome(layout: Layout, server: ServerName): string {
  const usual = usualHome(layout, server);
  const owner = ownerOf(usual);
  const occupied = owner !== undefined && owner !== layout.root && pointsTo(owner, usual, server);
  const home = occupied ? `${usual}-${randomBytes(3).toString("hex")}` : usual;
  openDirectory(serviceDirectory);
  rmSync(home, { recursive: true, force: true });
  openDirectory(home);
  writeAtomically(path.join(home, ownerFile), layout.root);
  return home;
}

/**
 * Makes a home belong to the checkout that links to it: true also for a checkout that was moved, false for a copy of
 * one that is still there.
 */
export function claimHome(home: string, layout: Layout, server: ServerName): boolean {
  const owner = ownerOf(home);
  if (owner === layout.root) return true;
  if (owner === undefined || pointsTo(owner, home, server)) return false;
  writeAtomically(path.join(home, ownerFile), layout.root);
  return true;
}

/** The home of a checkout that lost its link, if there is one. */
export function findHome(layout: Layout, server: ServerName): string | undefined {
  const usual = usualHome(layout, server);
  return ownerOf(usual) === layout.root ? usual : undefined;
}

/** Removes a home, and the shared binaries with the last one, unless a server runs from them. */
export async function removeHome(home: string): Promise<void> {
  await exclusively(() => {
    rmSync(home, { recursive: true, force: true });
    const entries = readdirSync(serviceDirectory).map((entry) => path.join(serviceDirectory, entry));
    const inUse = findProcesses(({ command }) => command.startsWith(binariesPrefix)).length > 0;
    if (inUse || entries.some((entry) => ownerOf(entry) !== undefined)) return;
    for (const entry of entries) if (entry.startsWith(binariesPrefix)) rmSync(entry, { recursive: true, force: true });
  });
}

/** Does something with the shared folder while no other checkout does. */
export async function exclusively<Result>(action: () => Result | Promise<Result>): Promise<Result> {
  openDirectory(serviceDirectory);
  const lock = await waitForLock(path.join(serviceDirectory, "lock"), 120_000);
  if (!lock) {
    throw new SandboxError({
      what: "Another checkout keeps the shared folder locked.",
      where: serviceDirectory,
      remedy: "Wait for it to finish, then run the command again.",
    });
  }
  try {
    return await action();
  } finally {
    lock.release();
  }
}

function ownerOf(home: string): string | undefined {
  return readIfPresent(path.join(home, ownerFile));
}

function usualHome(layout: Layout, server: ServerName): string {
  return path.join(serviceDirectory, server === "postgres" ? layout.id : `${layout.id}-${server}`);
}

function pointsTo(root: string, home: string, server: ServerName): boolean {
  const pointer = pointerOf(root, server);
  try {
    return existsSync(root) && path.dirname(readlinkSync(pointer)) === home;
  } catch {
    return false;
  }
}
