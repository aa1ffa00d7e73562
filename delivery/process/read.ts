import { createHash } from "node:crypto";
import path from "node:path";
import { canonicalJson } from "../flags/flag.ts";
import type { ProcessVersion } from "../release/model.ts";
import { mostProblems, problemsError, schemaError } from "../schema-problems.ts";
import { parseYaml, readTextFile } from "../yaml-file.ts";
import { processProblems } from "./checks.ts";
import { type Process, processSchema } from "./schema.ts";

/** Where the release process is stated, from the checkout's root. */
export const processFilePath = path.join("delivery", "process.yaml");

/** The default file has 25 KiB. */
const mostBytes = 512 * 1024;

/** A process, and what approvals are bound to. */
export interface ReadProcess {
  readonly process: Process;
  readonly version: ProcessVersion;
}

/**
 * Reads the release process and makes sure that it can work.
 * @param file a path; shown in errors as it is given. @default `delivery/process.yaml` below the working directory
 * @throws UserError with every problem at once, each with its line, its key and what to write instead.
 */
export function readProcess(file = processFilePath): ReadProcess {
  const remedy = "State the release process there; delivery/process/examples has complete ones.";
  return parseProcess(readTextFile(file, remedy, mostBytes), file);
}

/** As {@link readProcess}, from text. */
export function parseProcess(text: string, file: string): ReadProcess {
  const yaml = parseYaml(text, file, mostBytes);
  const parsed = processSchema.safeParse(yaml.content);
  if (!parsed.success) throw schemaError(yaml, parsed.error, "name");
  const process = parsed.data;
  const problems = processProblems(process);
  if (problems.length > 0) {
    throw problemsError(
      problems
        .slice(0, mostProblems)
        .map(({ keys, what }) => `${yaml.at(keys)}: ${keys.map(String).join(".")} ${what}`),
      Math.max(0, problems.length - mostProblems),
    );
  }
  return { process, version: { version: process.version, digest: digestOf(process) } };
}

/** `sha256:` and 64 hex digits over what the process says: comments, order of keys and ways to write a span do not count. */
function digestOf(process: Process): string {
  return `sha256:${createHash("sha256").update(canonicalJson(process)).digest("hex")}`;
}
