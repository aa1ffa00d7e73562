import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { UserError } from "../../delivery/errors.ts";
import { dropBuildCaches } from "./build.ts";
import { buildFlags } from "./fingerprint.ts";
import { goEnvironment, goVersion, requireGo } from "./go.ts";
import { withMachineLock } from "./machine-lock.ts";

const run = promisify(execFile);

/** The compiled tests of one Go package. */
export interface GoTest {
  /** Package folder with its module, for instance `engine/internal/host`. */
  readonly package: string;
  /** Where the tests are to be run. */
  readonly folder: string;
  readonly binary: string;
}

/**
 * The tests of our own Go packages, compiled. Like the programs they are kept in the cache by the content of all sources, so
 * that running them again compiles nothing.
 * @throws UserError when Go is missing or a test does not compile
 */
export async function provideGoTests(cache: string): Promise<GoTest[]> {
  const packages = testedPackages();
  const folder = path.join(cache, "toolchain", `go-tests-${sourcesHash()}`);
  const tests = () =>
    packages.map((name) => ({
      package: name,
      folder: path.join(import.meta.dirname, name),
      binary: path.join(folder, binaryName(name)),
    }));
  if (existsSync(folder)) return tests();
  return withMachineLock(path.join(cache, "toolchain", "install.lock"), async () => {
    if (existsSync(folder)) return tests();
    requireGo(await goVersion());
    const work = `${folder}.part`;
    rmSync(work, { recursive: true, force: true });
    mkdirSync(work, { recursive: true });
    for (const name of packages) {
      const args = [
        "test",
        "-c",
        "-vet=off",
        ...buildFlags,
        "-ldflags",
        "-s -w",
        "-o",
        path.join(work, binaryName(name)),
        ".",
      ];
      try {
        await run("go", args, {
          cwd: path.join(import.meta.dirname, name),
          env: goEnvironment(cache),
          maxBuffer: 16 * 1024 * 1024,
        });
      } catch (error) {
        throw new UserError(
          `The tests of ${name} do not compile:\n  ${(error as { stderr?: string }).stderr?.trim() ?? String(error)}`,
          { cause: error },
        );
      }
    }
    renameSync(work, folder);
    // Here, under the lock: outside of it this could take the caches from under another process's build.
    dropBuildCaches(cache);
    return tests();
  });
}

/** Folders of the modules whose packages may have tests: a test of the AWS plugin itself would have all of it compiled. */
const tested = ["engine/cmd", "engine/internal", "aws/internal", "kubernetes/internal", "kubernetes-plugin/internal"];

/** Packages of ours that have tests. */
function testedPackages(): string[] {
  const files = tested.flatMap((folder) => goFiles(folder));
  return [...new Set(files.filter((file) => file.endsWith("_test.go")).map((file) => path.dirname(file)))].sort();
}

function sourcesHash(): string {
  const hash = createHash("sha256");
  const modules = ["engine", "aws", "kubernetes", "kubernetes-plugin"].flatMap((module) => [
    `${module}/go.mod`,
    `${module}/go.sum`,
  ]);
  for (const file of [...modules, ...tested.flatMap((folder) => goFiles(folder))]) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(path.join(import.meta.dirname, file)))
      .update("\0");
  }
  return hash.digest("hex").slice(0, 16);
}

function goFiles(folder: string): string[] {
  const start = path.join(import.meta.dirname, folder);
  if (!existsSync(start)) return [];
  return readdirSync(start, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(import.meta.dirname, path.join(entry.parentPath, entry.name)))
    .sort();
}

function binaryName(name: string): string {
  return `${name.replaceAll("/", "-")}.test`;
}
