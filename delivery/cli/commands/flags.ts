import type { Command } from "commander";
import { addExplain } from "./flags/explain.ts";
import { addExport } from "./flags/export.ts";
import { addGoLive } from "./flags/go-live.ts";
import { addHistory } from "./flags/history.ts";
import { addImport } from "./flags/import.ts";
import { addGet, addList } from "./flags/list.ts";
import { addReport } from "./flags/report.ts";
import { addSet } from "./flags/set.ts";

/** Adds `flags list|get|set|explain|history|import|export|go-live|report`. */
export function addFlagsCommand(program: Command): void {
  const flags = program
    .command("flags")
    .summary("a stack's feature flags: list, get, set, explain, history, import, export, go-live, report")
    .description(
      "Read and change the feature flags of a stack at run time. A running application sees a change at once. What is declared in\ndelivery/flags.yaml stays declared: `./slipway drift <stack>` shows the difference.\n\nA stack on this machine is reached from here; for one in AWS (--no-sandbox) the command runs as a one-off task inside its VPC.\nWho changes something is $SLIPWAY_ACTOR, else the account of this machine; the database's role decides who may.",
    );
  for (const add of [addList, addGet, addSet, addExplain, addHistory, addImport, addExport, addGoLive, addReport])
    add(flags);
}
