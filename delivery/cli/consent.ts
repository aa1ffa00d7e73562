import { UserError } from "../errors.ts";

/** A command that changes a stack, and who could say yes to it. */
export interface ConsentRequest {
  readonly command: string;
  readonly stack: string;
  /** The environment that the stack declares, whose name is what a person types where that is asked for. */
  readonly environment: string;
  /** The user's arguments for `pulumi`. */
  readonly given: readonly string[];
  /** What --confirm says, if it was given. */
  readonly confirm?: string | undefined;
  /** Whether standard input and output are a terminal, at which somebody can be asked. */
  readonly terminal: boolean;
  /** Whether the stack's environment wants a person to type its name. */
  readonly requireConfirmation: boolean;
}

/** How the command may go ahead. */
export interface Consent {
  /** Arguments to add for `pulumi`, which otherwise asks on a terminal. */
  readonly pulumi: readonly string[];
  /** Set when the name of the environment must be typed first; see {@link askForName}. */
  readonly askFor?: string;
}

/**
 * Who says yes. On a terminal Pulumi shows its preview and asks; an environment that requires confirmation wants its name typed
 * before that. Elsewhere (CI, a pipe) nobody can be asked: such an environment needs --confirm with its name, a destruction
 * needs --yes in so many words, and everything else goes ahead.
 * @throws UserError when nobody has said yes and nobody can, or when --confirm names another environment
 */
export function consentTo(request: ConsentRequest): Consent {
  const { command, confirm, environment, given, requireConfirmation, stack } = request;
  if (confirm !== undefined && confirm !== environment)
    throw new UserError(
      `--confirm says "${confirm}", but ${stack} is the environment "${environment}".\n  Nothing was changed. Name the stack that you mean, or confirm ${environment}.`,
    );
  if (given.includes("--preview-only")) return { pulumi: [] };
  const answered = given.some((arg) => ["--yes", "-y", "--yes=true"].includes(arg));
  const askable = request.terminal && !given.includes("--non-interactive");
  if (requireConfirmation && confirm === undefined) {
    if (askable) return { pulumi: [], askFor: environment };
    throw new UserError(
      `"${command} ${stack}" changes ${environment}, where somebody has to type the environment's name, and this is not a terminal.\n  Add --confirm ${environment} if you are sure${answered ? "; --yes is not enough here" : ""}.`,
    );
  }
  if (answered || askable) return { pulumi: [] };
  if (confirm !== undefined || (command !== "destroy" && given.every((arg) => !arg.startsWith("--yes="))))
    return { pulumi: ["--yes"] };
  throw new UserError(
    `"${command} ${stack}" needs somebody to say yes, and this is not a terminal.\n  Add --yes if you are sure.`,
  );
}

/**
 * Asks for the environment's name at the terminal.
 * @throws UserError when something else is typed
 */
export async function askForName(environment: string, what: string): Promise<void> {
  const { createInterface } = await import("node:readline/promises");
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await lines.question(`${what} changes ${environment}. Type the environment's name to go on: `);
  lines.close();
  if (answer.trim() !== environment) throw new UserError(`That is not "${environment}". Nothing was changed.`);
}
