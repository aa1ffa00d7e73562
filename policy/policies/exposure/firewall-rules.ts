import type { ResourceRule } from "../../rule.ts";
import { recordOf, recordsOf } from "../../values.ts";

type Properties = Readonly<Record<string, unknown>>;

/** Of AWS's managed groups those that every site is advised to have: attacks that work on anything. */
const baseline = ["AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet"];

export const firewallRules: ResourceRule = {
  name: "firewall-rules",
  title: "The firewall blocks",
  severity: "medium",
  category: "exposure",
  description: "A web ACL that lets requests pass blocks known attacks and floods first.",
  rationale: "A firewall that only counts, or has no rules, looks the same on every chart until the day it matters.",
  remediation: `Add ${baseline.join(" and ")} without overrides, and a rate-based rule that blocks.`,
  controls: ["SOC2 CC6.6", "ISO27001 A.8.7", "NIST SC-5", "NIST SC-7", "NIST SI-10"],
  appliesTo: ["aws:wafv2/webAcl:WebAcl"],
  judge: ({ props }) => {
    // Rules as text are read by AWS alone, and what blocks by default needs none.
    if (props.ruleJson || recordOf(props.defaultAction).block) return [];
    const rules = recordsOf(props.rules);
    const blocking = rules.filter(blocks).map(({ statement }) => recordOf(statement));
    const groups = blocking.map((each) => recordOf(each.managedRuleGroupStatement).name);
    return [
      ...baseline.filter((group) => !groups.includes(group)).map((group) => `does not block by ${group}.`),
      ...(blocking.some(({ rateBasedStatement }) => rateBasedStatement) ? [] : ["does not block floods."]),
    ];
  },
};

/** A group's own actions stand unless they are overridden; other rules have an action of their own. */
function blocks({ action, overrideAction, statement }: Properties): boolean {
  if (recordOf(statement).managedRuleGroupStatement) return recordOf(overrideAction).count === undefined;
  const { block, captcha, challenge } = recordOf(action);
  return Boolean(block ?? captcha ?? challenge);
}
