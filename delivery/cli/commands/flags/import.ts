import type { Command } from "commander";
import { parse } from "yaml";
import { z } from "zod";
import { UserError } from "../../../errors.ts";
import { type FlagSet, flagKeySchema, flagStateSchema, sameValue } from "../../../flags/flag.ts";
import {
  changeLines,
  checkOperated,
  type OperatedState,
  operateFlags,
  plannedChanges,
  readOperated,
  type SegmentSet,
} from "../../../flags/operate.ts";
import { printJson, printNote } from "../../terminal.ts";
import { inlineFile, readGivenFile } from "./given-file.ts";
import {
  actor,
  atFlags,
  type ChangeOptions,
  changing,
  consentedReason,
  type FlagPlace,
  flagCommand,
  inRole,
} from "./session.ts";

interface ImportOptions extends ChangeOptions {
  readonly dryRun?: boolean;
}

/** Adds `flags import`. */
export function addImport(flags: Command): void {
  changing(
    flagCommand(flags, "import", {
      summary:
        "Bring flags and shared segments from a file that `flags export` wrote: all of it or nothing. What the file does not name stays.",
      example: './slipway flags import staging flags-staging.yaml --reason "As before the test"',
    }),
  )
    .argument("<file>", "YAML or JSON; - for standard input")
    .option("--dry-run", "only show what would change")
    .action((_stack: string | undefined, file: string, options: ImportOptions, call: Command) => {
      const text = readGivenFile(file);
      const content = parseExport(text, file);
      const elsewhere = { changes: !options.dryRun, arguments: [inlineFile(text)] };
      return atFlags(call, (place) => importFlags(place, content, options), elsewhere);
    });
}

async function importFlags(place: FlagPlace, content: Content, options: ImportOptions): Promise<void> {
  const { environment } = place;
  if (content.environment !== environment && !options.json)
    printNote(`this file is ${content.environment}'s; its flags come to ${environment}`);
  const role = options.role ?? (options.dryRun ? "auditor" : "operator");
  const planned = await inRole(place, role, async (client) => {
    const state = await readOperated(client, environment);
    checkOperated(state, plannedChanges(state.flags, content.flags), content.segments);
    return planOf(state, content);
  });
  if (!options.json)
    process.stdout.write(planned.lines.length > 0 ? `${planned.lines.join("\n")}\n` : "nothing would change\n");
  if (options.dryRun || planned.lines.length === 0) {
    if (options.json) printJson({ environment, changes: planned.changes, segments: planned.segments, written: false });
    return;
  }
  const reason = await consentedReason("import", place, options);
  const operation = { environment, actor: actor(), reason };
  const changes = await inRole(place, role, (client) =>
    operateFlags(client, operation, (state) => {
      const now = planOf(state, content);
      if (sameValue(now.lines, planned.lines)) return content;
      throw new UserError("Somebody changed flags since the plan was made; nothing was written.\n  Run it again.");
    }),
  );
  if (options.json) printJson({ ...operation, changes, segments: planned.segments, written: true });
  else printNote(`${planned.lines.length} change${planned.lines.length > 1 ? "s are" : " is"} written`);
}

type Content = { readonly environment: string; readonly flags: FlagSet; readonly segments: SegmentSet };

function planOf(state: OperatedState, { flags, segments }: Content) {
  const changes = plannedChanges(state.flags, flags);
  const changed = Object.keys(segments).filter((key) => !sameValue(state.segments[key], segments[key]));
  const lines = changed.map((key) =>
    Object.hasOwn(state.segments, key)
      ? `~ segment ${key}: ${JSON.stringify(state.segments[key])} => ${JSON.stringify(segments[key])}`
      : `+ segment ${key}: ${JSON.stringify(segments[key])}`,
  );
  return { changes, segments: changed, lines: [...lines, ...changeLines(changes)] };
}

const exportSchema = z.strictObject({
  environment: z.string().min(1),
  flags: z.record(
    flagKeySchema,
    flagStateSchema.extend({
      name: z.string().min(1).max(255),
      description: z.string().default(""),
      active: z.boolean().default(true),
    }),
  ),
  segments: z.record(z.string(), z.unknown()).default({}),
});

/** @throws UserError with every problem at once */
function parseExport(text: string, file: string): Content {
  let value: unknown;
  try {
    value = parse(text, { maxAliasCount: 100 });
  } catch (error) {
    throw new UserError(`${file} is neither YAML nor JSON: ${(error as Error).message}\n  Nothing was written.`);
  }
  const parsed = exportSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new UserError(
    `${file} is no export of flags; nothing was written:\n${parsed.error.issues.map(({ path, message }) => `  ${path.join(".") || "the file"}: ${message}`).join("\n")}`,
  );
}
