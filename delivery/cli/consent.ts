import { UserError } from "../errors.ts";

/** A command that changes a stack, and who could say yes to it. */
export interface ConsentRequest {
  readonly command: string;
  readonly stack: string;
  /** The user's arguments for `pulumi`. */
  readonly given: readonly string[];
  /** Whether standard input and output are a terminal, at which Pulumi can ask. */
  readonly terminal: boolean;
  /** Whether the stack's environment wants a person to say yes to `up`. */
  readonly requireConfirmation: boolean;
}

/**
 * Who says yes: on a terminal Pulumi asks. Elsewhere (CI, a pipe) nobody can be asked, so `up` of an environment whose rules
 * ask for no confirmation goes ahead, and everything else needs --yes in so many words.
 * @returns arguments to add for `pulumi`
 * @throws UserError when nobody has said yes and nobody can
 */
export function consentArguments(request: ConsentRequest): readonly string[] {
  const { command, stack, given, terminal, requireConfirmation } = request;
  const answered = given.some((arg) => ["--yes", "-y", "--yes=true", "--preview-only"].includes(arg));
  if (answered || (terminal && !given.includes("--non-interactive"))) return [];
  if (command === "up" && !requireConfirmation) return ["--yes"];
  throw new UserError(
    `"${command} ${stack}" needs somebody to say yes, and this is not a terminal.\n  Add --yes if you are sure.`,
  );
}
