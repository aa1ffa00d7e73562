import { SandboxError } from "./errors.ts";
import type { Part } from "./parts.ts";
import { tail } from "./system/log-files.ts";

/** What the last lines of a log betray about why a program does not start, and what helps. */
const known: readonly { readonly sign: RegExp; readonly what: string; readonly remedy: string }[] = [
  {
    sign: /No space left on device|ENOSPC/i,
    what: "the disk is full",
    remedy: "Free some space, then run the command again.",
  },
  {
    sign: /EADDRINUSE|Address already in use/i,
    what: "another program took its port",
    remedy: "Run the command again: it moves to another port.",
  },
  {
    sign: /could not create shared memory segment|shmget/i,
    what: "the system gives it no shared memory",
    remedy: "Raise kern.sysv.shmmax (macOS) or kernel.shmmax (Linux).",
  },
  {
    sign: /could not resize shared memory|\/dev\/shm/i,
    what: "/dev/shm is too small",
    remedy: "Give the container more: docker run --shm-size=256m.",
  },
  {
    sign: /Cannot allocate memory|out of memory/i,
    what: "the memory does not suffice",
    remedy: "End other programs, or give the container more memory.",
  },
  {
    sign: /Permission denied|EACCES/i,
    what: "it may not use one of its files",
    remedy: "Give .slipway to the account that runs Slipway.",
  },
];

/** The message about a part that was given up: what is known of why, the end of its log, and what to do. */
export function explainEnding(part: Part, logFile: string, ending: string, attempts: number): string {
  const lines = tail(logFile, 8);
  const cause = known.find(({ sign }) => lines.some((line) => sign.test(line)));
  return new SandboxError({
    what: `${part.title} ${cause ? `cannot run: ${cause.what}` : ending} (given up after ${attempts} attempts).`,
    where: `${logFile}, which ends with\n${lines.map((line) => `    | ${line}`).join("\n")}`,
    remedy: cause?.remedy ?? "See the log for the reason; ./slipway sandbox start tries again.",
  }).message;
}
