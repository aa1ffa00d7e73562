/**
 * A mistake or a circumstance that the user can mend. The message says what is wrong, where, and how to mend it;
 * whoever prints it leaves the stack trace out.
 */
export class UserError extends Error {
  /** The command's exit code: 1 refused or failed, 2 wrong use, 3 a gate says not now. */
  readonly exitCode: 1 | 2 | 3;

  constructor(message: string, options: { readonly exitCode?: 1 | 2 | 3; readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "UserError";
    this.exitCode = options.exitCode ?? 1;
  }
}

/** The command was called in a way that it does not understand (exit code 2). */
export class UsageError extends UserError {
  constructor(message: string) {
    super(message, { exitCode: 2 });
    this.name = "UsageError";
  }
}
