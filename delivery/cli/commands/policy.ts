import type { Command } from "commander";
import { addPolicyCheck } from "./policy/check.ts";
import { addPolicyExplain } from "./policy/explain.ts";
import { addPolicyList } from "./policy/list.ts";
import { addPolicyReport } from "./policy/report.ts";

/** Adds `policy list|explain|check|report`. */
export function addPolicyCommand(program: Command): void {
  const policy = program
    .command("policy")
    .summary("the policy pack: list, explain, check, report")
    .description(
      "The policies that every resource of a stack is held to: what there is, what they make of a stack as it is, and the report\nfor auditors. `up` and `preview` ask the same policies before anything is built.",
    );
  addPolicyList(policy);
  addPolicyExplain(policy);
  addPolicyCheck(policy);
  addPolicyReport(policy);
}
