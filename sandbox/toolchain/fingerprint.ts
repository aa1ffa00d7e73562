import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import type { Part } from "./parts.ts";
import type { Target } from "./platform.ts";

/** Where a Go module of the toolchain lies. */
export function moduleFolder(name: Part["module"]): string {
  return path.join(import.meta.dirname, name);
}

/** The Go module of the engine and what is compiled with it. */
export const engineModule = moduleFolder("engine");

/** Flags of every `go build`: another set would compile everything a second time. */
export const buildFlags: readonly string[] = ["-trimpath", "-buildvcs=false"];

/**
 * Linker flags: no debug information, and the version that a module's programs report (those of the checkers are in their parts' names).
 * @param version that of the Pulumi CLI, or of Kubernetes
 */
export function linkerFlags(version: string, module: Part["module"] = "engine"): string {
  if (module === "checker" || module === "workflow-checker" || module === "report-checker") return "-s -w";
  if (module !== "kubernetes") return `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${version}`;
  const [major = "", minor = ""] = version.split(".");
  const facts = { gitVersion: `v${version}`, gitMajor: major, gitMinor: minor, gitTreeState: "clean" };
  const settings = ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"].flatMap((name) =>
    Object.entries(facts).map(([fact, value]) => `-X ${name}.${fact}=${value}`),
  );
  return ["-s -w", ...settings].join(" ");
}

/**
 * A short name for what a part is built from: the module's pinned dependencies, its own sources, the flags and the target.
 * Two checkouts with the same sources share one build; a changed source is built anew.
 */
export function fingerprint(part: Part, target: Target, module: string = moduleFolder(part.module)): string {
  const hash = createHash("sha256");
  hash.update(
    `${part.goPackage} ${part.version} ${target.os}/${target.arch} ${buildFlags.join(" ")} ${linkerFlags(part.version, part.module)}\n`,
  );
  for (const file of ["go.mod", "go.sum", ...part.sources.flatMap((folder) => sourceFiles(module, folder))]) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(path.join(module, file)))
      .update("\0");
  }
  return hash.digest("hex").slice(0, 16);
}

/** A file, or the files below a folder, that end up in a program: tests and their data do not. */
function sourceFiles(module: string, folder: string): string[] {
  if (statSync(path.join(module, folder)).isFile()) return [folder];
  return readdirSync(path.join(module, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(module, path.join(entry.parentPath, entry.name)))
    .filter((file) => !file.endsWith("_test.go") && !file.split(path.sep).includes("testdata"))
    .sort();
}
