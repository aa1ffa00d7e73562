import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { cacheDirectory, checkoutRoot } from "../../sandbox/paths.ts";
import { withMachineLock } from "../../sandbox/toolchain/machine-lock.ts";

const run = promisify(execFile);
const requirements = path.join(checkoutRoot, "test", "migrations", "pgrls-requirements.txt");

/** What pgrls says of a policy, table or function. */
export interface PgrlsFinding {
  readonly rule_id: string;
  readonly severity: "error" | "warning" | "info";
  readonly message: string;
  readonly location: string;
}

/** Runs `pgrls lint` on a database. The first time on a machine it is installed from PyPI, at versions pinned by hash (60 MB). */
export async function pgrlsFindings(url: string, schemas: readonly string[]): Promise<PgrlsFinding[]> {
  const program = await providePgrls();
  const args = ["lint", "--format", "json", "--schemas", schemas.join(",")];
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, DATABASE_URL: url };
  const { stdout } = await run(program, args, { env, maxBuffer: 1 << 26 }).catch(
    (error: { code?: number; stdout?: string }) => {
      // Its exit code 1 says that there are findings.
      if (error.code === 1 && error.stdout?.startsWith("{")) return { stdout: error.stdout };
      throw error;
    },
  );
  return JSON.parse(stdout).violations;
}

async function providePgrls(): Promise<string> {
  const python = await newestPython();
  const digest = createHash("sha256").update(python).update(readFileSync(requirements)).digest("hex").slice(0, 16);
  const folder = path.join(cacheDirectory(process.env), "pgrls", digest);
  const program = path.join(folder, "bin", "pgrls");
  const complete = path.join(folder, "complete");
  if (existsSync(complete)) return program;
  mkdirSync(path.dirname(folder), { recursive: true });
  await withMachineLock(
    path.join(path.dirname(folder), "install.lock"),
    async () => {
      if (existsSync(complete)) return;
      rmSync(folder, { recursive: true, force: true });
      await run(python, ["-I", "-m", "venv", folder]);
      const pip = ["-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--only-binary", ":all:"];
      await run(path.join(folder, "bin", "python"), [...pip, "--require-hashes", "-r", requirements], {
        maxBuffer: 1 << 26,
      });
      writeFileSync(complete, "");
    },
    () => {},
  );
  return program;
}

/** pgrls asks for Python 3.11. */
async function newestPython(): Promise<string> {
  const question = "import sys, ensurepip, venv; assert sys.version_info >= (3, 11); print(sys.executable)";
  for (const name of ["python3", "python3.14", "python3.13", "python3.12", "python3.11"]) {
    const found = await run(name, ["-I", "-c", question]).catch(() => undefined);
    if (found) return found.stdout.trim();
  }
  throw new Error("pgrls needs Python 3.11 or newer with venv (apt install python3 python3-venv, brew install python)");
}
