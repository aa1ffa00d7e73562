import { randomBytes } from "node:crypto";
import {
  chmodSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { codeOf, SandboxError } from "../errors.ts";

/** Makes a folder (and its parents) that only its owner may enter; mends the mode of an existing one. */
export function privateDirectory(directory: string): string {
  return makeDirectory(directory, 0o700);
}

/** Makes a folder (and its parents) that everybody may pass through, whatever the umask. */
export function openDirectory(directory: string): string {
  return makeDirectory(directory, 0o755);
}

function makeDirectory(directory: string, mode: number): string {
  try {
    mkdirSync(directory, { recursive: true, mode });
    chmodSync(directory, mode);
    return directory;
  } catch (error) {
    throw explainFileError(error, directory);
  }
}

/**
 * Replaces a file in one step: a reader, or a crash, sees the old content or the new, never a part of it.
 * @param mode permission bits of the new file. @default 0o600
 */
export function writeAtomically(file: string, content: string, mode = 0o600): void {
  const temporary = `${file}.${process.pid}.${randomBytes(4).toString("hex")}`;
  try {
    const descriptor = openSync(temporary, "wx", mode);
    try {
      writeSync(descriptor, content);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw explainFileError(error, file);
  }
}

/** The file's text, or undefined when there is no such file. */
export function readIfPresent(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return undefined;
    throw explainFileError(error, file);
  }
}

/** Turns a system error about `file` into one that says what to do; leaves others as they are. */
export function explainFileError(error: unknown, file: string): unknown {
  switch (codeOf(error)) {
    case "ENOSPC":
    case "EDQUOT":
      return new SandboxError({
        what: "The disk is full.",
        where: file,
        remedy: "Free some space, then run the command again.",
        cause: error,
      });
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return new SandboxError({
        what: "The sandbox may not use one of its files.",
        where: file,
        remedy: "Give it to the account that runs Slipway (chown), or run as the account that owns it.",
        cause: error,
      });
    case "EEXIST":
    case "ENOTDIR":
      return new SandboxError({
        what: "A file is where the sandbox needs a folder.",
        where: file,
        remedy: "Remove the file, then run the command again.",
        cause: error,
      });
    default:
      return error;
  }
}
