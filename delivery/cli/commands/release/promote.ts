import { type Command, Option } from "commander";
import { UsageError } from "../../../errors.ts";
import { promotionLine as lineOf } from "../../../process/promotion-line.ts";
import { askGate } from "../../../release/service/ask.ts";
import type { Desk } from "../../../release/service/desk.ts";
import {
  type Requested,
  requestEmergency,
  requestPromotion,
  requestRollback,
} from "../../../release/service/request.ts";
import { change } from "../../../release/store/change.ts";
import { withdrawPromotion } from "../../../release/store/promotions.ts";
import { printJson, printNote } from "../../terminal.ts";
import { answerText, promotionLine } from "./answer-text.ts";
import { runDeployment } from "./deploy.ts";
import { atDesk, numberOf, type ReleaseOptions, releaseCommand } from "./session.ts";

/** Adds `release promote`. */
export function addPromote(release: Command): void {
  releaseCommand(release, "promote", {
    summary:
      "Ask for a bundle to go to an environment, and say what it waits for. Whoever asks cannot approve it. Asked again it is the same\npromotion.",
    example: "./slipway release promote 2.1.0 --to staging",
  })
    .argument("<bundle>", "its digest, the beginning of it, or its version")
    .requiredOption("--to <environment>", "where to")
    .addOption(
      new Option("--kind <kind>", "critical: a fix that cannot wait until Monday")
        .choices(["normal", "critical"])
        .default("normal"),
    )
    .action((bundle: string, options: ReleaseOptions & { to: string; kind: "normal" | "critical" }) =>
      atDesk(options, async ({ desk }) =>
        say(desk, options, await requestPromotion(desk, bundle, options.to, options.kind)),
      ),
    );
}

interface EmergencyOptions extends ReleaseOptions {
  readonly severity: string;
  readonly incident: string;
  readonly reason: string;
  readonly deployables: string;
  readonly customersHit?: boolean;
  readonly to?: string;
}

/** Adds `release emergency`. */
export function addEmergency(release: Command): void {
  releaseCommand(release, "emergency", {
    summary:
      "Declare an emergency and ask for its fix to go out by the short path. The contacts of the process are told until somebody\nacknowledges; leadership is told in any case; reviews are owed afterwards. The bundle may change the named deployables only.",
    example:
      './slipway release emergency 2.1.1 --severity critical --incident INC-7 --reason "No one can sign in" --deployables backend',
  })
    .argument("<bundle>", "its digest, the beginning of it, or its version")
    .requiredOption("--severity <severity>", "how bad it is, by the process")
    .requiredOption("--incident <name>", "the incident, as the incident system names it")
    .requiredOption("--reason <text>", "why the normal path is too slow")
    .requiredOption("--deployables <names>", "all that the fix changes, by commas")
    .option("--customers-hit", "customers are hit")
    .option("--to <environment>", "where to; the last environment when absent")
    .action((bundle: string, options: EmergencyOptions) =>
      atDesk(options, async ({ desk }) => {
        const { customersHit = false, incident, reason, severity } = options;
        const deployables = options.deployables.split(",").map((name) => name.trim());
        const unknown = deployables.filter((name) => !Object.hasOwn(desk.process.deployables, name));
        if (unknown.length > 0)
          throw new UsageError(
            `--deployables names ${unknown.map((name) => `"${name}"`).join(", ")}, which the process does not have.\n  It has: ${Object.keys(desk.process.deployables).join(", ")}.`,
          );
        const environment = options.to ?? lineOf(desk.process).at(-1) ?? "";
        const claim = { severity, incident, reason, deployables, customersHit };
        return say(desk, options, await requestEmergency(desk, bundle, environment, claim));
      }),
    );
}

interface RollbackOptions extends ReleaseOptions {
  readonly reason: string;
  readonly planned?: boolean;
}

/** Adds `release rollback`. */
export function addRollback(release: Command): void {
  releaseCommand(release, "rollback", {
    summary:
      "Take an environment back to its last verified bundle, at once: no window, no blackout and no stop keeps it. Where the process wants\nan approval it says whose, and the same command goes on when it is there.",
    example: './slipway release rollback production --reason "Errors since 14:05"',
  })
    .argument("<environment>", "what goes back")
    .requiredOption("--reason <text>", "why")
    .option("--planned", "by the approval of a planned rollback instead of the power to go back at once")
    .action((environment: string, options: RollbackOptions) =>
      atDesk(options, async (session) => {
        const { desk } = session;
        const { reason } = options;
        const requested = await requestRollback(desk, environment, {
          how: options.planned ? "planned" : "immediate",
          reason,
        });
        if (!options.json) printNote(promotionLine(requested.promotion, requested.bundle));
        await runDeployment(session, requested.promotion.id, options);
      }),
    );
}

/** Adds `release withdraw`. */
export function addWithdraw(release: Command): void {
  releaseCommand(release, "withdraw", {
    summary: "Take a request back that has not been let through.",
    example: "./slipway release withdraw 7",
  })
    .argument("<promotion>", "its number")
    .action((promotion: string, options: ReleaseOptions) =>
      atDesk(options, async ({ desk: { client, identity } }) => {
        const withdrawn = await change(client, identity, (open) =>
          withdrawPromotion(open, numberOf("promotion", promotion)),
        );
        if (options.json) printJson(withdrawn);
        else printNote(`promotion ${withdrawn.id} is ${withdrawn.state}`);
      }),
    );
}

async function say(desk: Desk, options: ReleaseOptions, { asked, bundle, promotion }: Requested): Promise<void> {
  const { stored } = await askGate(desk, promotion.id);
  if (options.json) return printJson({ ...promotion, asked, gate: stored.answer });
  const note = asked ? "" : " (it was asked for before)";
  process.stdout.write(`${promotionLine(promotion, bundle)}${note}\n${answerText(stored.answer)}\n`);
}
