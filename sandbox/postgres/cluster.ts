import { spawn } from "node:child_process";
import { chownSync, existsSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { statfs } from "node:fs/promises";
import path from "node:path";
import { baseEnvironment, markOf } from "../environment.ts";
import { SandboxError } from "../errors.ts";
import type { Layout } from "../layout.ts";
import { newSecret, scramVerifier } from "../secrets.ts";
import { readIfPresent, writeAtomically } from "../system/files.ts";
import type { Binaries } from "./binaries.ts";
import type { Place } from "./place.ts";

/** The role that administers the server. */
export const administrator = "postgres";

/** A fresh cluster takes 40 MB, its log of changes up to 256 MB more. */
const neededBytes = 400 * 1024 * 1024;

/** Whether there is a cluster, made to its end. */
export function hasCluster(place: Place): boolean {
  return existsSync(path.join(place.data, "PG_VERSION"));
}

/**
 * Makes the database cluster: UTF8, C.UTF-8 collation of the builtin provider (the same order on every machine), page
 * checksums, passwords by SCRAM. It is made beside its final place and moved there, so that an interruption leaves nothing half made.
 * @param superuser the role that administers it. @default administrator
 * @returns its password
 */
export async function createCluster(
  layout: Layout,
  place: Place,
  binaries: Binaries,
  superuser = administrator,
): Promise<string> {
  await checkSpace(place.directory);
  for (const entry of readdirSync(place.directory)) {
    if (entry.startsWith("new-") || entry === "data")
      rmSync(path.join(place.directory, entry), { recursive: true, force: true });
  }
  const temporary = path.join(place.directory, `new-${newSecret()}`);
  const passwordFile = `${temporary}.password`;
  const password = newSecret();
  writeAtomically(passwordFile, password);
  if (place.account) chownSync(passwordFile, place.account.uid, place.account.gid);
  try {
    const args = [
      "-D",
      temporary,
      "-U",
      superuser,
      "--auth=scram-sha-256",
      `--pwfile=${passwordFile}`,
      "--encoding=UTF8",
      "--locale=C",
    ];
    await run(layout, place, binaries, "initdb", [
      ...args,
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
      "--data-checksums",
      "--no-instructions",
    ]);
    renameSync(temporary, place.data);
  } finally {
    rmSync(passwordFile, { force: true });
  }
  return password;
}

/**
 * Gives the administrator a new password, for when the file that held the old one is lost. Uses PostgreSQL's single-user
 * mode, which asks for none; the server must not be running.
 * @returns the new password
 */
export async function renewPassword(layout: Layout, place: Place, binaries: Binaries): Promise<string> {
  const password = newSecret();
  const statement = `ALTER ROLE ${administrator} PASSWORD '${scramVerifier(password)}'\n`;
  await run(layout, place, binaries, "postgres", ["--single", "-D", place.data, "postgres"], statement);
  return password;
}

/** A process number that no system gives out. */
const noProcess = 2 ** 31 - 1;

/**
 * Makes a postmaster.pid of a server that was killed acceptable to PostgreSQL, which refuses to start as long as any
 * process has the number in it: one that got the number later, or the dead server itself, not yet buried by process 1. The
 * rest of the file stays, so that PostgreSQL still makes sure that nobody uses the old server's shared memory.
 * Call it only when no process of this cluster is alive.
 */
export function disownPid(place: Place): void {
  const file = path.join(place.data, "postmaster.pid");
  const content = readIfPresent(file);
  if (content) writeFileSync(file, content.replace(/^\d+/, String(noProcess)));
}

/** @throws SandboxError when the cluster was made by another major version */
export function checkVersion(place: Place, binaries: Binaries): void {
  const found = readIfPresent(path.join(place.data, "PG_VERSION"))?.trim();
  if (found === binaries.major) return;
  throw new SandboxError({
    what: `The database was made by PostgreSQL ${found}; this version of Slipway brings PostgreSQL ${binaries.major}.`,
    where: place.data,
    remedy: "Begin with an empty database: ./slipway sandbox reset postgres, then ./slipway up dev.",
  });
}

async function checkSpace(directory: string): Promise<void> {
  const { bavail, bsize } = await statfs(directory);
  const free = bavail * bsize;
  if (free >= neededBytes) return;
  throw new SandboxError({
    what: `A database needs ${neededBytes >> 20} MB of disk, ${Math.floor(free / 2 ** 20)} MB are free.`,
    where: directory,
    remedy: "Free some space, then run the command again.",
  });
}

/** Runs one of PostgreSQL's programs as the server's account. */
function run(
  layout: Layout,
  place: Place,
  binaries: Binaries,
  program: string,
  args: string[],
  input = "",
): Promise<void> {
  const file = path.join(binaries.directory, "bin", program);
  const env = { ...baseEnvironment(), ...markOf(layout, "postgres"), LC_ALL: "C", TZ: "UTC" };
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: place.directory, env, stdio: "pipe", ...(place.account ?? {}) });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => {
        output = (output + chunk.toString()).slice(-4000);
      });
    }
    child.once("error", reject);
    child.once("close", (code, name) => {
      const problem = output.split("\n").filter((line) => /error|fatal|panic/i.test(line));
      if (code === 0 && problem.length === 0) resolve();
      else
        reject(
          failure(
            program,
            name ?? `exit code ${code}`,
            problem.length > 0 ? problem : output.trim().split("\n"),
            place,
          ),
        );
    });
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
  });
}

function failure(program: string, ending: string, lines: readonly string[], place: Place): Error {
  const said = lines.slice(-3).join("\n  ");
  if (/No space left on device/i.test(said)) {
    return new SandboxError({
      what: "The disk is full.",
      where: place.directory,
      remedy: "Free some space, then run the command again.",
    });
  }
  return new Error(`${program} failed (${ending}):\n  ${said}`);
}
