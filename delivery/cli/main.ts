import { CommanderError } from "commander";
import { UserError } from "../errors.ts";
import { createProgram } from "./program.ts";
import { printError } from "./terminal.ts";

/** Runs the command line and turns every outcome into an exit code (design: 0 done, 1 refused or failed, 2 wrong use, 3 not now). */
async function main(): Promise<void> {
  const program = createProgram();
  try {
    await program.parseAsync(process.argv);
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has printed its message; help and version come as "errors" with code 0.
      process.exitCode = error.exitCode === 0 ? 0 : 2;
    } else if (error instanceof UserError) {
      printError(error.message);
      process.exitCode = error.exitCode;
    } else if (isCircumstance(error)) {
      printError(explainCircumstance(error));
      process.exitCode = 1;
    } else {
      printError(`This is a fault in Slipway, not in your use of it:\n  ${(error as Error).stack ?? String(error)}`);
      process.exitCode = 1;
    }
  }
}

/** What the system may refuse without a fault of ours: the disk is full, or a file belongs to somebody else. */
const circumstances: Readonly<Record<string, string>> = {
  ENOSPC: "The disk is full",
  EDQUOT: "The disk quota is used up",
  EROFS: "The disk can only be read",
  EACCES: "A file or folder may not be used by this account",
  EPERM: "A file or folder may not be used by this account",
  ENOTDIR: "A file is where a folder should be",
  EEXIST: "A file is where a folder should be",
};

function isCircumstance(error: unknown): error is NodeJS.ErrnoException & { readonly code: string } {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (!(error instanceof Error) || code === undefined || !(code in circumstances)) return false;
  return code !== "EEXIST" || (error as NodeJS.ErrnoException).syscall === "mkdir";
}

function explainCircumstance(error: NodeJS.ErrnoException & { readonly code: string }): string {
  const where = error.path ? `\n  at ${error.path}` : "";
  return `${circumstances[error.code]} (${error.code}).${where}\n  Mend that, or set SLIPWAY_CACHE when it is the cache folder, and try again.`;
}

// A reader that went away (`./slipway doctor | head -1`) is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

await main();
