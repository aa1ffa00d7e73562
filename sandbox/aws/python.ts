import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { reason, SandboxError } from "../errors.ts";
import { cacheDirectory } from "../paths.ts";
import { withMachineLock } from "../toolchain/machine-lock.ts";

const run = promisify(execFile);

const requirements = path.join(import.meta.dirname, "requirements.txt");

/** MiniStack 1.5.33 asks for 3.10 (its package's Requires-Python). */
const oldest = { major: 3, minor: 10 } as const;

/** Newest first behind the usual name, for machines whose python3 is older than another one that they have. */
const candidates = ["python3", ...[14, 13, 12, 11, 10].map((minor) => `python3.${minor}`)];

/** How long pip may take over a slow connection, in milliseconds. */
const installLimit = 10 * 60_000;

const pythonFacts = z.object({ major: z.int(), minor: z.int(), file: z.string(), venv: z.boolean() });
type PythonFacts = z.infer<typeof pythonFacts>;

const question = `
import importlib.util, json, os, sys
has = lambda name: importlib.util.find_spec(name) is not None
print(json.dumps({"major": sys.version_info[0], "minor": sys.version_info[1],
  "file": os.path.realpath(sys.executable), "venv": has("venv") and has("ensurepip")}))`;

/**
 * Provides MiniStack and what it needs, at versions pinned by hash, in a virtual environment in the machine's tool cache
 * that all checkouts share. The first time it is installed from PyPI (30 MB), with the caller's settings of pip.
 * @returns the environment's Python
 * @throws SandboxError when no Python will do, or the packages cannot be had
 */
export async function provideMiniStack(
  report: (detail: string) => void,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const python = await findPython(env);
  const folders = path.join(cacheDirectory(env), "aws");
  const folder = path.join(folders, `ministack-${digestOf(python)}`);
  const interpreter = path.join(folder, "bin", "python");
  const isThere = () => existsSync(path.join(folder, "complete")) && existsSync(interpreter);
  if (isThere()) return interpreter;
  await withMachineLock(
    path.join(folders, "install.lock"),
    async () => {
      if (isThere()) return;
      report("installing MiniStack from PyPI (once per machine, less than a minute)");
      rmSync(folder, { recursive: true, force: true });
      await install(python, folder, env);
      writeFileSync(path.join(folder, "complete"), "");
    },
    () => report("another ./slipway is installing MiniStack; waiting for it"),
  );
  return interpreter;
}

/** @throws SandboxError naming what was found and what is asked for */
async function findPython(env: NodeJS.ProcessEnv): Promise<PythonFacts> {
  const found = await Promise.all(candidates.map((name) => askPython(name, env)));
  const present = found.filter((facts) => facts !== undefined);
  const newEnough = present.filter(({ major, minor }) => major === oldest.major && minor >= oldest.minor);
  const usable = newEnough.find(({ venv }) => venv);
  if (usable) return usable;
  const [young] = newEnough;
  if (young) {
    throw new SandboxError({
      what: `Python ${young.major}.${young.minor} has no module "venv", which the local AWS needs.`,
      where: young.file,
      remedy: `Install it (Debian, Ubuntu: apt install python${young.major}.${young.minor}-venv), then run the command again.`,
    });
  }
  const versions = [...new Set(present.map(({ major, minor }) => `${major}.${minor}`))].join(", ");
  throw new SandboxError({
    what: `The local AWS needs Python ${oldest.major}.${oldest.minor} or newer, and ${versions ? `only ${versions} was found` : "none was found"}.`,
    where: `PATH (${candidates[0]}, ${candidates[1]} to ${candidates.at(-1)})`,
    remedy: "Install Python (apt install python3 python3-venv, brew install python), then run the command again.",
  });
}

async function askPython(name: string, env: NodeJS.ProcessEnv): Promise<PythonFacts | undefined> {
  try {
    const { stdout } = await run(name, ["-I", "-c", question], { env, timeout: 20_000 });
    return pythonFacts.parse(JSON.parse(stdout));
  } catch {
    return undefined;
  }
}

/** Another list of packages, another Python or another kind of machine gets a folder of its own. */
function digestOf({ file, major, minor }: PythonFacts): string {
  return createHash("sha256")
    .update(JSON.stringify([file, major, minor, process.platform, process.arch]))
    .update(readFileSync(requirements))
    .digest("hex")
    .slice(0, 16);
}

/** Makes the environment under its final name, which its scripts hold; it counts only once it is complete. */
async function install(python: PythonFacts, folder: string, env: NodeJS.ProcessEnv): Promise<void> {
  const log = path.join(path.dirname(folder), "install.log");
  try {
    mkdirSync(path.dirname(folder), { recursive: true });
    await run(python.file, ["-I", "-m", "venv", folder], { env, timeout: installLimit });
    const pip = ["-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--only-binary", ":all:"];
    const options = { env, timeout: installLimit, maxBuffer: 64 * 1024 * 1024 };
    await run(path.join(folder, "bin", "python"), [...pip, "--require-hashes", "-r", requirements], options);
  } catch (error) {
    writeFileSync(`${log}.new`, reason(error));
    renameSync(`${log}.new`, log);
    rmSync(folder, { recursive: true, force: true });
    const last = reason(error).trim().split("\n").at(-1) ?? "";
    throw new SandboxError({
      what: `MiniStack, the local AWS, could not be installed from PyPI: ${last}`,
      where: log,
      remedy: "Check the network (pip's settings: PIP_INDEX_URL, PIP_CERT, HTTPS_PROXY), then run the command again.",
      cause: error,
    });
  }
}
