import { writeFileSync } from "node:fs";
import { UserError } from "../../errors.ts";

/** Writes a command's result into the file that the user named. @throws UserError when it cannot be written */
export function writeOutput(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new UserError(`${file} cannot be written: ${(error as Error).message}.\n  Name another file.`, {
      cause: error,
    });
  }
}
