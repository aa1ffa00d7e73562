import type { Command } from "commander";
import { listEntries } from "../../../release/audit/list.ts";
import { printJson, table } from "../../terminal.ts";
import { countOf } from "../count-option.ts";
import { atDesk, type ReleaseOptions, releaseCommand } from "../release/session.ts";

type ListOptions = ReleaseOptions & { readonly subject?: string; readonly limit: string };

const most = 10_000;

/** Adds `audit list`. */
export function addList(audit: Command): void {
  releaseCommand(audit, "list", {
    summary: "Entries of the audit, the newest first; as JSON with the rows that they left.",
    example: "./slipway audit list --subject promotion/7",
  })
    .option("--subject <subject>", "what they are about, such as promotion/7 or deployment/3; all when absent")
    .option("--limit <number>", "how many at most", "20")
    .action(async (options: ListOptions) => {
      const limit = countOf("--limit", options.limit, most);
      const { subject } = options;
      await atDesk(options, async ({ desk: { client } }) => {
        const entries = await listEntries(client, { limit, ...(subject !== undefined && { subject }) });
        if (options.json) return printJson(entries);
        const rows = entries.map(({ action, actor, at, seq, source, subject: about }) => [
          String(seq),
          at,
          actor,
          source,
          action,
          about,
        ]);
        process.stdout.write(rows.length > 0 ? `${table(rows)}\n` : "the audit has no such entry\n");
      });
    });
}
