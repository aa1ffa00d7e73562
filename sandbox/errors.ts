import { UserError } from "../delivery/errors.ts";

/** What a sandbox error says: three things that a user needs, in this order. */
export interface SandboxProblem {
  /** What is wrong, one sentence. */
  readonly what: string;
  /** The file, folder, port or process it was seen at. */
  readonly where?: string;
  /** What the user can do about it. */
  readonly remedy: string;
  readonly cause?: unknown;
}

/** The sandbox cannot do what was asked, and the user can mend it. */
export class SandboxError extends UserError {
  constructor(problem: SandboxProblem | string) {
    super(typeof problem === "string" ? problem : describe(problem), causeOf(problem));
    this.name = "SandboxError";
  }
}

/** The part's process is of no use any more although it runs: stop it and launch it again. */
export class RestartNeeded extends Error {}

/** The text of an error, whatever was thrown. */
export function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The `code` of a system or driver error ("ENOENT", "57P03"), if it has one. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

function describe({ what, where, remedy }: SandboxProblem): string {
  return [what, ...(where ? [`  at ${where}`] : []), `  ${remedy}`].join("\n");
}

function causeOf(problem: SandboxProblem | string): { cause?: unknown } {
  return typeof problem === "string" || problem.cause === undefined ? {} : { cause: problem.cause };
}
