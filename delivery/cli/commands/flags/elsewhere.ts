import type { Command } from "commander";
import { type OwnCommand, runOwnCommand } from "../../own-command-task.ts";

/** What a command of `flags` is told otherwise when a task runs it. */
export interface Elsewhere {
  /** It changes something: somebody says yes and why here, where somebody can be asked. */
  readonly changes?: boolean;
  /** The arguments after the stack. @default as given */
  readonly arguments?: readonly string[];
  /** Options by their names in the code, where their values are of this machine; undefined leaves one out. @default as given */
  readonly options?: Readonly<Record<string, string | undefined>>;
  /** Gets what the task printed, once it has succeeded. @default its lines are shown as they come */
  readonly read?: (text: string) => void;
}

/** Options about the way to the database, which the task has behind it, and about who says yes. */
const ofThisSide = ["sandbox", "environment", "confirm"];

/** Runs a command of `flags` again, as it was called, in a task next to the stack's database. @returns its exit code */
export async function runElsewhere(
  call: Command,
  place: Pick<OwnCommand, "env" | "environment" | "root" | "settings" | "stack">,
  actor: string,
  elsewhere: Elsewhere = {},
): Promise<number> {
  const { changes = false, read } = elsewhere;
  const lines: string[] = [];
  const code = await runOwnCommand({
    ...place,
    name: `flags ${call.name()}`,
    words: [
      ...["flags", call.name(), place.stack],
      ...wordsOf(call, elsewhere),
      ...(changes ? [`--confirm=${place.environment}`] : []),
    ],
    variables: { SLIPWAY_ACTOR: actor },
    ...(read && { line: (text) => lines.push(text) }),
  });
  const text = lines.map((line) => `${line}\n`).join("");
  if (code === 0) read?.(text);
  else process.stderr.write(text);
  return code;
}

/** What was given behind the stack, in words that mean the same; a value that begins with a dash stays a value. */
function wordsOf(call: Command, { arguments: others, options = {} }: Elsewhere): string[] {
  const given = call.options.filter((option) => {
    const name = option.attributeName();
    return call.getOptionValueSource(name) === "cli" && !ofThisSide.includes(name);
  });
  const words = given.flatMap((option) => {
    const name = option.attributeName();
    const value: unknown = Object.hasOwn(options, name) ? options[name] : call.getOptionValue(name);
    if (value === undefined) return [];
    return value === true ? [`${option.long}`] : [`${option.long}=${value}`];
  });
  return [...(others ?? call.args.slice(1)), ...words];
}
