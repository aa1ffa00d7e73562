import type { Command } from "commander";
import { readRunApprovals } from "../../../identity/run-approvals.ts";
import { askGate, neededRoles } from "../../../release/service/ask.ts";
import { decideOn, importDecisions } from "../../../release/service/decide.ts";
import { getBundle } from "../../../release/store/bundles.ts";
import { getPromotion } from "../../../release/store/promotions.ts";
import { printJson, printNote } from "../../terminal.ts";
import { answerText, gateExitCodes, promotionLine } from "./answer-text.ts";
import { atDesk, numberOf, type ReleaseOptions, releaseCommand } from "./session.ts";

interface DecideOptions extends ReleaseOptions {
  readonly role?: string;
  readonly comment?: string;
}

/** Adds `release approve` and `release reject`. */
export function addDecisions(release: Command): void {
  for (const [name, decision, summary] of [
    [
      "approve",
      "approve",
      "Approve a promotion in a role that you hold. It counts for this bundle and these rules only, and not for ever; nobody approves\nwhat they asked for, and nobody counts in two roles.",
    ],
    ["reject", "reject", "Reject a promotion in a role that you hold. That ends it."],
  ] as const) {
    const command = releaseCommand(release, name, {
      summary,
      example: `./slipway release ${name} 7 --as mei-tanaka${name === "reject" ? ' --comment "The load test is missing"' : ""}`,
    })
      .argument("<promotion>", "its number")
      .option("--role <role>", "in which role; needed only by who holds several that are needed");
    if (decision === "reject") command.requiredOption("--comment <text>", "why");
    else command.option("--comment <text>", "what was looked at");
    command.action((promotion: string, options: DecideOptions) =>
      atDesk(options, async ({ desk }) => {
        const id = numberOf("promotion", promotion);
        const needed = await neededRoles(desk, await getPromotion(desk.client, id));
        const { role, comment } = options;
        const { decision: word, recorded } = await decideOn(desk, id, { decision, role, comment }, needed);
        const { stored } = await askGate(desk, id);
        if (options.json) return printJson({ decision: word, recorded, gate: stored.answer });
        printNote(
          recorded
            ? `${word.actor} ${decision}s as ${word.role}`
            : `${word.actor} had said so before; nothing was recorded`,
        );
        process.stdout.write(`${answerText(stored.answer)}\n`);
      }),
    );
  }
}

/** Adds `release gate`. */
export function addGate(release: Command): void {
  releaseCommand(release, "gate", {
    summary:
      "Ask whether a promotion may go out now; if not, what is missing, whose it is, and when it opens.\nExit code 0 open, 3 not now, 1 never.",
    example: "./slipway release gate 7",
  })
    .argument("<promotion>", "its number")
    .action((promotion: string, options: ReleaseOptions) =>
      atDesk(options, async ({ desk }) => {
        const { promotion: asked, stored } = await askGate(desk, numberOf("promotion", promotion));
        const { answer } = stored;
        process.exitCode = gateExitCodes[answer.verdict];
        if (options.json) return printJson({ ...answer, promotion: asked.id, facts: stored.factsDigest });
        const bundle = await getBundle(desk.client, asked.bundle);
        process.stdout.write(`${promotionLine(asked, bundle)}\n${answerText(answer)}\n`);
      }),
    );
}

/** Adds `release approvals import`. */
export function addApprovals(release: Command): void {
  const approvals = release
    .command("approvals")
    .summary("approvals given in GitHub")
    .description("Approvals that people gave on a workflow run's waiting jobs in GitHub.");
  releaseCommand(approvals, "import", {
    summary:
      "Record who let a run's jobs through, each in the role whose environment it was. Imported again nothing is recorded twice.",
    example: "./slipway release approvals import 7 --run 4711",
  })
    .argument("<promotion>", "its number")
    .requiredOption("--run <id>", "the run's id")
    .action((promotion: string, options: ReleaseOptions & { run: string }) =>
      atDesk(options, async ({ desk, github }) => {
        const id = numberOf("promotion", promotion);
        const { environment } = await getPromotion(desk.client, id);
        const words = await readRunApprovals(github, numberOf("run", options.run), environment);
        const imported = await importDecisions(desk, id, words);
        if (options.json) return printJson({ imported });
        for (const { decision, recorded } of imported)
          printNote(`${decision.actor} ${decision.decision}s as ${decision.role}${recorded ? "" : " (known)"}`);
        if (imported.length === 0) printNote(`nobody has decided on ${environment} in run ${options.run}`);
      }),
    );
}
