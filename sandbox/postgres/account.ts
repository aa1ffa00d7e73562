import { execFileSync, spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { SandboxError } from "../errors.ts";
import type { Account } from "../parts.ts";

/** Accounts that practically every Unix has and that own nothing of worth, in order of preference. */
const candidates = ["nobody", "daemon"] as const;

/** Whether we run as root, as whom PostgreSQL refuses to run. */
export const isRoot = process.getuid?.() === 0;

/**
 * The account that PostgreSQL runs as when we are root: whoever owns its data already, else an unprivileged account
 * that exists. Nothing is added to the machine.
 * @param directory the server's folder, if there is one
 */
export function serverAccount(directory: string): Account {
  const owner = statSync(directory, { throwIfNoEntry: false });
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  for (const name of candidates) {
    const [uid, gid] = [idOf("-u", name), idOf("-g", name)];
    if (uid !== undefined && gid !== undefined) return { uid, gid };
  }
  throw new SandboxError({
    what: "PostgreSQL refuses to run as root, and no unprivileged account was found to run it.",
    where: `accounts ${candidates.join(", ")}`,
    remedy: "Run Slipway as an ordinary user.",
  });
}

/** Runs a short shell script as an account; whether it ended well, and what it printed. */
export function probe(account: Account | undefined, script: string, argument: string): { ok: boolean; output: string } {
  const result = spawnSync("/bin/sh", ["-c", script, "sh", argument], {
    cwd: "/",
    encoding: "utf8",
    env: { PATH: "/usr/bin:/bin" },
    timeout: 20_000,
    ...(account ?? {}),
  });
  return { ok: result.status === 0, output: `${result.stdout ?? ""}${result.stderr ?? ""}`.trim() };
}

/** id(1) asks all sources of accounts. Node takes numbers up to 2^31-1, which leaves out macOS' nobody (-2). */
function idOf(flag: "-u" | "-g", name: string): number | undefined {
  try {
    const id = Number(execFileSync("id", [flag, name], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));
    return Number.isInteger(id) && id > 0 && id < 2 ** 31 ? id : undefined;
  } catch {
    return undefined;
  }
}
