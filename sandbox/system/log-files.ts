import { closeSync, copyFileSync, fstatSync, openSync, readSync, renameSync, statSync, truncateSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";
import { setTimeout as delay } from "node:timers/promises";
import { readIfPresent } from "./files.ts";

/** A log grows to this many bytes, then begins anew; one earlier generation is kept beside it. */
const logLimit = 5 * 1024 * 1024;

/**
 * Moves a log's content to `<file>.1` when it is larger than `limit` bytes. The file is emptied in place, not renamed,
 * because the process that writes it keeps it open (for appending, so that it goes on at the new end).
 */
export function rotate(file: string, limit = logLimit): void {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size <= limit) return;
  copyFileSync(file, `${file}.1.new`);
  truncateSync(file, 0);
  renameSync(`${file}.1.new`, `${file}.1`);
}

/**
 * The last `lines` lines of a log, the earlier generation included.
 * @param end read the log up to this byte only. @default all of it
 */
export function tail(file: string, lines: number, end?: number): string[] {
  const content = Buffer.from(readIfPresent(file) ?? "").subarray(0, end);
  const current = split(content.toString());
  const missing = lines - current.length;
  return missing > 0 ? [...split(readIfPresent(`${file}.1`) ?? "").slice(-missing), ...current] : current.slice(-lines);
}

/**
 * The last `lines` lines of a log and then, until `signal`, every line as it is written.
 * A log that does not exist yet is waited for; one that was rotated goes on from its new beginning.
 */
export async function* follow(file: string, lines: number, signal?: AbortSignal): AsyncGenerator<string> {
  const present = readIfPresent(file) ?? "";
  let offset = Buffer.byteLength(present.slice(0, present.lastIndexOf("\n") + 1));
  if (lines > 0) yield* tail(file, lines, offset);
  let decoder = new StringDecoder("utf8");
  let partial = "";
  while (!signal?.aborted) {
    const { text, end } = readFrom(file, offset, decoder);
    if (end < offset) {
      decoder = new StringDecoder("utf8");
      [offset, partial] = [0, ""];
      continue;
    }
    offset = end;
    const complete = (partial + text).split("\n");
    partial = complete.pop() ?? "";
    yield* complete;
    if (text === "") await delay(150, undefined, signal ? { signal } : {}).catch(() => undefined);
  }
}

/** What was written since `offset` (at most 256 KiB) and where that ended; an end before `offset` means a new beginning. */
function readFrom(file: string, offset: number, decoder: StringDecoder): { text: string; end: number } {
  if (!statSync(file, { throwIfNoEntry: false })) return { text: "", end: 0 };
  const descriptor = openSync(file, "r");
  try {
    const size = fstatSync(descriptor).size;
    if (size <= offset) return { text: "", end: size };
    const buffer = Buffer.alloc(Math.min(size - offset, 256 * 1024));
    const count = readSync(descriptor, buffer, 0, buffer.length, offset);
    return { text: decoder.write(buffer.subarray(0, count)), end: offset + count };
  } finally {
    closeSync(descriptor);
  }
}

function split(text: string): string[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}
