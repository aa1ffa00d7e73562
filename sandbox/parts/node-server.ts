import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync } from "node:fs";
import path from "node:path";
import { SandboxError } from "../errors.ts";
import type { PartCommand } from "../parts.ts";
import { ask } from "../system/loopback.ts";

/**
 * The command of a server that is written in TypeScript beside us. Its environment carries a digest of its source, so
 * that the next start notices new code and replaces the process.
 * @param entry its main file
 * @param env further variables; no secrets
 */
export function nodeServer(
  entry: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd: string,
): PartCommand {
  if (!existsSync(entry)) {
    throw new SandboxError({
      what: "A program of the sandbox is missing.",
      where: entry,
      remedy: "Restore the file from version control (git checkout).",
    });
  }
  return {
    file: process.execPath,
    args: ["--disable-warning=ExperimentalWarning", entry, ...args],
    env: { ...env, SLIPWAY_SANDBOX_CODE: codeDigest(path.dirname(entry), "**/*.{ts,py}") },
    cwd,
  };
}

/** A digest of the files that match `pattern` in a folder. */
export function codeDigest(directory: string, pattern: string): string {
  const hash = createHash("sha256");
  for (const file of globSync(pattern, { cwd: directory }).sort())
    hash.update(`${file}\0`).update(readFileSync(path.join(directory, file)));
  return hash.digest("hex").slice(0, 16);
}

/** Resolves when `GET /healthz` answers 200. */
export async function checkHealthz(port: number): Promise<void> {
  const { status } = await ask({ port, method: "GET", path: "/healthz", timeout: 2000 });
  if (status !== 200) throw new Error(`answers /healthz with status ${status}`);
}
