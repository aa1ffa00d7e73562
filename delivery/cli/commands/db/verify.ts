import { type Command, Option } from "commander";
import { type Verification, verify } from "../../../database/verify.ts";
import type { Check } from "../../../database/verify-context.ts";
import { printJson, styled, table } from "../../terminal.ts";
import { atDatabase, type DbOptions, dbCommand, reading, verifyContext } from "./session.ts";

interface VerifyOptions extends DbOptions {
  readonly phase?: Check["list"];
}

const titles = {
  pre: "Before the migration",
  post: "After the migration",
  "go-live": "Before the go-live",
} as const satisfies Record<Check["list"], string>;

/** Adds `db verify`. */
export function addVerify(db: Command): void {
  dbCommand(db, "verify", {
    summary:
      "Run the checklists of the migration (before it, after it, before the go-live), judge the phases 8.1 to 8.6, and print the\nmigration's metrics. Changes nothing. Exit code 1 when a check fails.",
    example: "./slipway db verify staging --phase post",
  })
    .addOption(new Option("--phase <list>", "one checklist only").choices(Object.keys(titles)))
    .action((stack: string | undefined, options: VerifyOptions) =>
      atDatabase(
        { command: "verify", stack, options, words: options.phase ? ["--phase", options.phase] : [] },
        (place) =>
          reading(place, async (client, status) => {
            const found = await verify(verifyContext(place, client, status), options.phase);
            const failed = found.checks.filter(({ holds }) => !holds).length;
            if (options.json) printJson({ stack: place.stack, environment: place.environment, failed, ...found });
            else
              process.stdout.write(
                `${lines(found).join("\n")}\n${failed === 0 ? "every check holds" : `${failed} of ${found.checks.length} checks fail`}\n`,
              );
            return failed === 0 ? 0 : 1;
          }),
      ),
    );
}

function lines({ checks, elsewhere, metrics, metricsElsewhere, phases }: Verification): string[] {
  const lists = [...new Set(checks.map(({ list }) => list))];
  return [
    ...lists.flatMap((list) => [
      styled("bold", titles[list]),
      ...checks
        .filter((check) => check.list === list)
        .flatMap(({ holds, id, problems, what }) => [
          `  ${holds ? styled("green", "ok") : styled("red", "fails")}  ${id}: ${what}`,
          ...problems.map((problem) => `         ${problem}`),
        ]),
      ...elsewhere
        .filter((line) => line.list === list)
        .map(({ source, where }) => styled("dim", `  --  ${source}: ${where}`)),
    ]),
    styled("bold", "Phases"),
    ...phases.map(({ id, missing, pending, state, title }) => {
      const why = [...(pending.length > 0 ? [`${pending.length} migrations pending`] : []), ...missing];
      return `  ${id} ${title}: ${state}${why.length > 0 ? ` (${why.join(", ")})` : ""}`;
    }),
    styled("bold", "Metrics"),
    table([
      ...Object.entries(metrics).map(([name, value]) => [`  ${name}`, shownValue(value)]),
      ...Object.entries(metricsElsewhere).map(([name, where]) => [`  ${name}`, styled("dim", `not here: ${where}`)]),
    ]),
  ];
}

function shownValue(value: unknown): string {
  if (value === null) return "-";
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.join("; ");
  if (typeof value === "object")
    return Object.entries(value as object)
      .map(([name, time]) => `${name} ${time} ms`)
      .join(", ");
  return String(value);
}
