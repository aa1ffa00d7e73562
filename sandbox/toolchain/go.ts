import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { UserError } from "../../delivery/errors.ts";
import { currentTarget } from "./platform.ts";

const run = promisify(execFile);

/** The oldest Go that can fetch, by itself, the one that engine/go.mod asks for (toolchain switching came with 1.21). */
export const oldestGo = { major: 1, minor: 21 };

/** The version of `go` on PATH, for instance "1.26.8"; undefined when there is none. */
export async function goVersion(env: NodeJS.ProcessEnv = process.env): Promise<string | undefined> {
  try {
    const { stdout } = await run("go", ["env", "GOVERSION"], { env: { ...env, GOTOOLCHAIN: "local" } });
    return /^go(\d+\.\d+(?:\.\d+)?)/.exec(stdout.trim())?.[1];
  } catch {
    return undefined;
  }
}

/**
 * Makes sure that Go is there and new enough to build the toolchain.
 * @throws UserError that says what to install
 */
export function requireGo(version: string | undefined): void {
  const remedy = `Install Go ${oldestGo.major}.${oldestGo.minor} or newer (package golang), or put pulumi on PATH, or let this machine reach the vendor's download site.`;
  if (!version)
    throw new UserError(`The engine must be built here, and that needs Go, which is not on PATH.\n  ${remedy}`);
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major < oldestGo.major || (major === oldestGo.major && minor < oldestGo.minor)) {
    throw new UserError(`The engine must be built here, but Go ${version} is too old for it.\n  ${remedy}`);
  }
}

/**
 * Environment of every `go` command: caches of our own, so that the user's are neither used nor filled, and no setting of
 * the user's that would change what is built. Proxy settings stay, they say how this machine reaches the registry.
 */
export function goEnvironment(cache: string, env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const target = currentTarget();
  return {
    ...env,
    GOCACHE: path.join(cache, "go", "build"),
    GOMODCACHE: path.join(cache, "go", "mod"),
    GOPATH: path.join(cache, "go", "path"),
    GOENV: env.GOENV ?? "",
    GOFLAGS: "-mod=readonly -modcacherw",
    GOWORK: "off",
    GO111MODULE: "on",
    GOOS: target.os,
    GOARCH: target.arch,
    GOTOOLCHAIN: "auto",
    GOTELEMETRY: "off",
    CGO_ENABLED: "0",
  };
}
