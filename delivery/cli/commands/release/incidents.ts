import { setTimeout as pause } from "node:timers/promises";
import type { Command } from "commander";
import { UserError } from "../../../errors.ts";
import { queueDueContacts, sendToChat } from "../../../release/service/notices.ts";
import { change } from "../../../release/store/change.ts";
import { acknowledgeIncident, getIncident, resolveIncident } from "../../../release/store/incidents.ts";
import { printJson, printNote } from "../../terminal.ts";
import { atDesk, type ReleaseOptions, releaseCommand } from "./session.ts";

/** How often `notify --watch` looks, in milliseconds: the shortest time of a contact is counted in minutes. */
const watchInterval = 15_000;

/** Adds `release acknowledge`, `release resolve` and `release notify`. */
export function addIncidents(release: Command): void {
  for (const [name, summary, act] of [
    [
      "acknowledge",
      "Say that you have an incident in hand: nobody further in the chain is told, but leadership.",
      acknowledgeIncident,
    ],
    ["resolve", "Say that an incident is over.", resolveIncident],
  ] as const)
    releaseCommand(release, name, { summary, example: `./slipway release ${name} INC-7` })
      .argument("<incident>", "as the incident system names it")
      .action((incident: string, options: ReleaseOptions) =>
        atDesk(options, async ({ desk: { client, identity } }) => {
          await getIncident(client, incident);
          const after = await change(client, identity, (open) => act(open, incident));
          if (options.json) printJson(after);
          else if (name === "acknowledge") printNote(`${after.acknowledged?.by} has ${incident}`);
          else printNote(`${incident} is over, by ${after.resolved?.by}`);
        }),
      );
  releaseCommand(release, "notify", {
    summary:
      "Tell people what is to be told: requests, deployments, and of an incident everybody in the chain of contacts whose time has come.\nIt goes to the chat's webhook in SLACK_WEBHOOK_URL, each once.",
    example: "./slipway release notify --watch",
  })
    .option("--watch", "go on until it is ended")
    .action((options: ReleaseOptions & { watch?: boolean }) =>
      atDesk(options, async ({ desk }) => {
        const webhook = process.env.SLACK_WEBHOOK_URL;
        if (!webhook)
          throw new UserError(
            "SLACK_WEBHOOK_URL is not set, so that nobody can be told.\n  Set it to the chat's incoming webhook.",
          );
        for (;;) {
          await queueDueContacts(desk.client, desk.process, desk.identity, desk.now());
          const told = await sendToChat(desk.client, webhook, desk.process.notifications.channel);
          if (options.json) printJson(told);
          else if (told.sent + told.failed > 0 || !options.watch)
            printNote(
              `${told.sent} told${told.failed > 0 ? `, ${told.failed} could not be told and will be tried again` : ""}`,
            );
          if (told.failed > 0 && !options.watch) process.exitCode = 1;
          if (!options.watch) return;
          await pause(watchInterval);
        }
      }),
    );
}
