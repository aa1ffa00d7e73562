import { readFileSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";
import { UserError } from "../../../errors.ts";

/** Begins a name that is itself the file's content (RFC 2397), as a task is given it: in its VPC there is no such file. */
const inlined = "data:application/gzip;base64,";

/** No file of flags is larger, in bytes; what claims to be is not unpacked. */
const largest = 64 * 1024 * 1024;

/**
 * Reads a file that a command was given: a path, `-` for standard input, or a name that {@link inlineFile} made.
 * @throws UserError when it cannot be read
 */
export function readGivenFile(file: string): string {
  try {
    if (file.startsWith(inlined))
      return gunzipSync(Buffer.from(file.slice(inlined.length), "base64"), { maxOutputLength: largest }).toString();
    return readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (error) {
    throw new UserError(`${file.slice(0, 200)} cannot be read: ${(error as Error).message}.`, { cause: error });
  }
}

/** A name for this content that needs no file. */
export function inlineFile(content: string): string {
  return inlined + gzipSync(content, { level: 9 }).toString("base64");
}
