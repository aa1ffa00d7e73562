import type { Command } from "commander";
import { environmentOf } from "../../../process/requirements.ts";
import { liftHold, resumeLine, stopLine } from "../../../release/store/brakes.ts";
import { change } from "../../../release/store/change.ts";
import { printJson, printNote } from "../../terminal.ts";
import { atDesk, type ReleaseOptions, releaseCommand } from "./session.ts";

type BrakeOptions = ReleaseOptions & { readonly reason: string; readonly environment?: string };

/** Adds `release stop`, `release resume` and `release lift`. */
export function addBrakes(release: Command): void {
  releaseCommand(release, "stop", {
    summary: "Stop the line: nothing goes out any more but rollbacks, in one environment or everywhere.",
    example: './slipway release stop --reason "The login provider is down"',
  })
    .requiredOption("--reason <text>", "why")
    .option("--environment <name>", "one environment; all when absent")
    .action((options: BrakeOptions) =>
      atDesk(options, async ({ desk: { client, identity, process } }) => {
        if (options.environment !== undefined) environmentOf(process, options.environment);
        const stop = await change(client, identity, (open) => stopLine(open, options.reason, options.environment));
        if (options.json) printJson(stop);
        else printNote(`stopped ${stop.environment ?? "everywhere"}: ${stop.reason}`);
      }),
    );
  releaseCommand(release, "resume", {
    summary: "Let releases go on after a stop.",
    example: './slipway release resume --reason "The login provider is back"',
  })
    .requiredOption("--reason <text>", "why")
    .option("--environment <name>", "one environment; the stop of all when absent")
    .action((options: BrakeOptions) =>
      atDesk(options, async ({ desk: { client, identity } }) => {
        const resumed = await change(client, identity, (open) => resumeLine(open, options.reason, options.environment));
        if (options.json) printJson({ resumed });
        else printNote(resumed ? "releases go on" : "there was no such stop");
      }),
    );
  releaseCommand(release, "lift", {
    summary: "Lift the hold that a rollback has left: deployments to the environment start by themselves again.",
    example: './slipway release lift production --reason "The cause is mended in 2.1.2"',
  })
    .argument("<environment>", "what is held")
    .requiredOption("--reason <text>", "why")
    .action((environment: string, options: BrakeOptions) =>
      atDesk(options, async ({ desk: { client, identity, process } }) => {
        environmentOf(process, environment);
        const lifted = await change(client, identity, (open) => liftHold(open, environment, options.reason));
        if (options.json) printJson({ lifted });
        else printNote(lifted ? `${environment} is not held any more` : `${environment} was not held`);
      }),
    );
}
