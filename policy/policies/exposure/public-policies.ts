import { type Statement, statementName, statementsOf } from "../../iam.ts";
import type { ResourceRule } from "../../rule.ts";
import { policyProperties } from "./resource-policies.ts";
import { isWorld } from "./traffic.ts";

/** What a condition can ask of a caller so that not everybody is one; of `IfExists` operators none, they let pass who has no such key. */
const narrowing =
  /^(aws:(principal(account|arn|orgid|orgpaths)|source(account|arn|orgid|orgpaths|owner|vpc|vpce|vpcarn|ip)|userid)|kms:calleraccount|sns:endpoint|lambda:.*)$/i;

export const publicPolicies: ResourceRule = {
  name: "public-policies",
  title: "No policy admits everybody",
  severity: "critical",
  category: "exposure",
  description:
    "The policies of buckets, topics, queues, keys, secrets, repositories and the like admit nobody but known principals.",
  rationale: "Everybody is every account of AWS, and anonymous callers where the service takes them.",
  remediation:
    "Name the principals, or narrow the statement by aws:PrincipalOrgID, aws:SourceAccount or aws:SourceVpce.",
  controls: ["SOC2 CC6.1", "SOC2 CC6.3", "ISO27001 A.8.3", "NIST AC-3", "NIST AC-6", "GDPR 25(2)"],
  appliesTo: Object.keys(policyProperties),
  judge: ({ props, type }) =>
    statementsOf(props[policyProperties[type] ?? ""]).flatMap((statement, index) =>
      admitsEverybody(statement) ? [`admits everybody by ${statementName(statement, index)}.`] : [],
    ),
};

function admitsEverybody({ allows, conditions, hasNotPrincipal, principals }: Statement): boolean {
  const everybody =
    hasNotPrincipal ||
    [...(principals.AWS ?? []), ...(principals.Federated ?? [])].some((who) =>
      /^(\*|arn:aws[\w-]*:iam::\*:.*)$/.test(who),
    );
  return allows && everybody && !conditions.some(narrows);
}

function narrows({ key, operator, values }: Statement["conditions"][number]): boolean {
  return (
    /^(ForAnyValue:)?(StringEquals(IgnoreCase)?|StringLike|ArnEquals|ArnLike|IpAddress)$/.test(operator) &&
    narrowing.test(key) &&
    values.every((value) => !/^[*?:]*$/.test(value) && !(operator === "IpAddress" && isWorld(value)))
  );
}
