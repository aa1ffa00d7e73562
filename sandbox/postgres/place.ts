import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readlinkSync,
  rmdirSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import path from "node:path";
import { SandboxError } from "../errors.ts";
import type { Layout } from "../layout.ts";
import type { Account } from "../parts.ts";
import { privateDirectory } from "../system/files.ts";
import { isRoot, probe, serverAccount } from "./account.ts";
import { claimHome, findHome, makeHome, pointerOf, removeHome, type ServerName } from "./service-directory.ts";

/** Where a checkout's PostgreSQL lives, and as whom it runs. */
export interface Place {
  /** A private folder of the account, with `data` in it. */
  readonly directory: string;
  readonly data: string;
  /** The account to run as when the caller is root. */
  readonly account: Account | undefined;
}

/**
 * Chooses, or finds again, the folder of PostgreSQL: `.slipway/sandbox/<server>`, which under root is a link to a home in
 * /var/lib/slipway when the unprivileged account cannot reach the checkout (a folder above is closed to others).
 * @throws SandboxError when data exists that the account cannot reach
 */
export function choosePlace(layout: Layout, server: ServerName = "postgres"): Place {
  const pointer = pointerOf(layout.root, server);
  const home = homeOf(pointer);
  if (!isRoot) return placeAt(ownDirectory(pointer, home), undefined);
  if (home) {
    if (claimHome(home, layout, server)) return placeAt(outside(home), serverAccount(pointer));
    rmSync(pointer);
  }
  const account = serverAccount(pointer);
  if (reachable(pointer, account)) return placeAt(pointer, account);
  if (existsSync(path.join(pointer, "data"))) throw unreachable(pointer);
  rmdirSync(pointer);
  const made = outside(makeHome(layout, server));
  symlinkSync(made, pointer);
  return placeAt(made, account);
}

/** Removes the folder of PostgreSQL, wherever it is. */
export async function removePlace(layout: Layout, server: ServerName = "postgres"): Promise<void> {
  const pointer = pointerOf(layout.root, server);
  const home = isRoot ? (homeOf(pointer) ?? findHome(layout, server)) : undefined;
  const owned = home !== undefined && claimHome(home, layout, server);
  rmSync(pointer, { recursive: true, force: true });
  if (owned) await removeHome(home);
}

/** The home that a pointer links to; undefined when it is a folder or nothing. */
function homeOf(pointer: string): string | undefined {
  const link = lstatSync(pointer, { throwIfNoEntry: false })?.isSymbolicLink();
  return link ? path.dirname(readlinkSync(pointer)) : undefined;
}

function ownDirectory(pointer: string, home: string | undefined): string {
  if (!home) return privateDirectory(pointer);
  throw new SandboxError({
    what: "The database of this checkout belongs to root, who ran it before.",
    where: `${pointer} -> ${home}`,
    remedy: "Run ./slipway sandbox reset postgres as root, then start again as yourself.",
  });
}

function outside(home: string): string {
  return path.join(home, "postgres");
}

/** Makes the folder the account's own; whether the account can then reach it. */
function reachable(directory: string, account: Account): boolean {
  own(directory, account);
  return probe(account, 'cd "$1" && test -w .', directory).ok;
}

function own(directory: string, account: Account | undefined): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  chmodSync(directory, 0o700);
  if (account) chownSync(directory, account.uid, account.gid);
}

function placeAt(directory: string, account: Account | undefined): Place {
  own(directory, account);
  return { directory, data: path.join(directory, "data"), account };
}

function unreachable(directory: string): SandboxError {
  return new SandboxError({
    what: "The account that runs PostgreSQL for root cannot reach the database any more: a folder above it is closed to others.",
    where: directory,
    remedy: "Open the folders above it (chmod o+x), or begin with an empty database: ./slipway sandbox reset postgres.",
  });
}
