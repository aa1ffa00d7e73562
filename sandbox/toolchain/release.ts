import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, mkdirSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { UserError } from "../../delivery/errors.ts";
import { pulumiVersion, releaseArchive } from "./parts.ts";
import type { Target } from "./platform.ts";

const run = promisify(execFile);

/** The vendor's download site, as Pulumi's own installer uses it. */
const vendorReleases = "https://get.pulumi.com/releases";

/** How long the vendor's site may take to answer at all before the engine is built instead, in milliseconds. */
const answerTimeout = 4_000;
/** How long the whole download may take, in milliseconds (150 MB). */
const downloadTimeout = 300_000;

/** Asks the vendor's site for the release's checksums; undefined when it cannot be reached or has no such version. */
export async function fetchChecksums(site: string = vendorReleases): Promise<string | undefined> {
  try {
    const answer = await fetch(`${site}/sdk/pulumi-${pulumiVersion}-checksums.txt`, {
      signal: AbortSignal.timeout(answerTimeout),
    });
    return answer.ok ? await answer.text() : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The SHA-256 of an archive in a checksum file (lines of `<hex>  <name>`).
 * @throws UserError when the file does not name the archive
 */
export function checksumOf(checksums: string, archive: string): string {
  for (const line of checksums.split("\n")) {
    const [sum, name] = line.trim().split(/\s+\*?/);
    if (name === archive && sum && /^[0-9a-f]{64}$/i.test(sum)) return sum.toLowerCase();
  }
  throw new UserError(
    `The vendor's checksums of Pulumi ${pulumiVersion} do not name ${archive}.\n  Install Pulumi yourself and put it on PATH, or set SLIPWAY_ENGINE=build.`,
  );
}

/**
 * Fetches the vendor's release of the CLI, verifies it, and unpacks its programs into `folder`.
 * @param progress called with the bytes fetched so far and the total (0 when unknown)
 * @throws UserError when the download breaks off, its checksum is wrong or it cannot be unpacked; `folder` is then as before
 */
export async function installRelease(options: {
  readonly checksums: string;
  readonly target: Target;
  readonly folder: string;
  readonly site?: string;
  readonly progress?: (received: number, total: number) => void;
}): Promise<void> {
  const archive = releaseArchive(options.target);
  const expected = checksumOf(options.checksums, archive);
  const work = `${options.folder}.part-${process.pid}`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  try {
    const file = path.join(work, archive);
    await download(`${options.site ?? vendorReleases}/sdk/${archive}`, file, options.progress);
    const actual = await sha256(file);
    if (actual !== expected) {
      throw new UserError(
        `The download of ${archive} has the SHA-256 ${actual}, but the vendor's list says ${expected}.\n  It was thrown away. Try again; if it stays wrong, something between this machine and the vendor alters downloads.`,
      );
    }
    await unpack(file, work);
    rmSync(options.folder, { recursive: true, force: true });
    renameSync(path.join(work, "pulumi"), options.folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function unpack(file: string, folder: string): Promise<void> {
  try {
    await run("tar", ["-xzf", file, "-C", folder]);
  } catch (error) {
    throw new UserError(
      `The vendor's release could not be unpacked: ${(error as Error).message.trim()}.\n  Install tar and gzip and free some disk, or set SLIPWAY_ENGINE=build to build the engine from source.`,
      { cause: error },
    );
  }
}

async function download(
  url: string,
  file: string,
  progress?: (received: number, total: number) => void,
): Promise<void> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(downloadTimeout) });
    if (!answer.ok || !answer.body) throw new Error(`HTTP ${answer.status}`);
    const total = Number(answer.headers.get("content-length") ?? 0);
    let received = 0;
    const counted = Readable.fromWeb(answer.body as import("node:stream/web").ReadableStream).on(
      "data",
      (chunk: Buffer) => {
        received += chunk.length;
        progress?.(received, total);
      },
    );
    await pipeline(counted, createWriteStream(file));
  } catch (error) {
    throw new UserError(
      `The download of ${url} broke off: ${(error as Error).message}.\n  Try again, or set SLIPWAY_ENGINE=build to build the engine from source.`,
      { cause: error },
    );
  }
}

async function sha256(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}
