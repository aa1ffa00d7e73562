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
    } else {
      printError(`This is a fault in Slipway, not in your use of it:\n  ${(error as Error).stack ?? String(error)}`);
      process.exitCode = 1;
    }
  }
}

// A reader that went away (`./slipway doctor | head -1`) is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

await main();
