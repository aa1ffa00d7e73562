import { type Command, Option } from "commander";
import { UsageError, UserError } from "../../../errors.ts";
import { environmentOf } from "../../../process/requirements.ts";
import { findBundle } from "../../../release/service/request.ts";
import { change } from "../../../release/store/change.ts";
import { payDebt } from "../../../release/store/debts.ts";
import { recordEvidence } from "../../../release/store/evidence.ts";
import { printJson, printNote } from "../../terminal.ts";
import { atDesk, numberOf, type ReleaseOptions, releaseCommand } from "./session.ts";

interface EvidenceOptions extends ReleaseOptions {
  readonly environment: string;
  readonly validation: readonly string[];
  readonly verdict: "passed" | "failed";
  readonly link: string;
}

/** Adds `release evidence` and `release review`. */
export function addEvidence(release: Command): void {
  releaseCommand(release, "evidence", {
    summary:
      "Record that something was shown of a bundle before an environment, or that it failed: what, by whom, and where it can be looked at.\nThe newest counts.",
    example:
      "./slipway release evidence 2.1.0 --environment production --validation load-testing --link https://ci.example/run/7",
  })
    .argument("<bundle>", "its digest, the beginning of it, or its version")
    .requiredOption("--environment <name>", "before which environment")
    .requiredOption("--validation <name>", "what of the process; may be repeated", collect, [])
    .addOption(new Option("--verdict <verdict>", "how it came out").choices(["passed", "failed"]).default("passed"))
    .requiredOption("--link <url>", "where it can be looked at")
    .action((bundle: string, options: EvidenceOptions) =>
      atDesk(options, async ({ desk }) => {
        const { client, identity, process } = desk;
        const { environment, validation: validations, verdict } = options;
        environmentOf(process, environment);
        const link = linkOf(options.link);
        for (const validation of validations)
          if (!Object.hasOwn(process.validations, validation))
            throw new UserError(
              `The process has no validation "${validation}".\n  Use one of ${Object.keys(process.validations).join(", ")}.`,
            );
        const { digest } = await findBundle(desk, bundle);
        const recorded = await change(client, identity, async (open) => {
          const all = [];
          for (const validation of validations) {
            const key = desk.key(`evidence ${digest} ${environment} ${validation} ${verdict}`);
            all.push(await recordEvidence(open, key, { bundle: digest, environment, validation, verdict, link }));
          }
          return all;
        });
        if (options.json) printJson(recorded);
        else for (const { validation } of recorded) printNote(`${validation}: ${verdict}`);
      }),
    );
  releaseCommand(release, "review", {
    summary: "Record that a review which was owed after an emergency was held, and where its result is.",
    example: "./slipway release review 3 --link https://wiki.example/incident-7",
  })
    .argument("<debt>", "its number")
    .requiredOption("--link <url>", "where the result is")
    .action((debt: string, options: ReleaseOptions & { link: string }) =>
      atDesk(options, async ({ desk: { client, identity } }) => {
        const link = linkOf(options.link);
        const paid = await change(client, identity, (open) => payDebt(open, numberOf("debt", debt), link));
        if (options.json) printJson(paid);
        else printNote(`${paid.review} of promotion ${paid.promotion} was held`);
      }),
    );
}

function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}

/** @throws UsageError for what nobody could follow */
function linkOf(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new UsageError(`--link is an address such as https://ci.example/run/7, not "${text}".`);
}
