import { type Statement, statementName, statementsOf } from "../../iam.ts";
import type { ResourceRule } from "../../rule.ts";
import { textOf } from "../../text.ts";
import { policyProperties } from "./resource-policies.ts";

const permissionType = "aws:lambda/permission:Permission";
/** What tells for whom a service acts. */
const onBehalf =
  /^(aws:(source(account|arn|orgid|orgpaths)|principalorgid)|kms:(encryptioncontext:.*|calleraccount|viaservice))$/i;

export const servicePrincipals: ResourceRule = {
  name: "service-principals",
  title: "Services act for this account alone",
  severity: "high",
  category: "exposure",
  description: "A policy that admits a service of AWS says for which account or resource it may act.",
  rationale: "A stranger has the same service act on resources of others: the confused deputy.",
  remediation: "Add a condition on aws:SourceAccount or aws:SourceArn.",
  controls: ["SOC2 CC6.1", "SOC2 CC6.3", "ISO27001 A.8.3", "NIST AC-3", "NIST AC-6"],
  appliesTo: [permissionType, ...Object.keys(policyProperties)],
  judge: ({ props, type }) => {
    if (type === permissionType) {
      const { principal, principalOrgId, sourceAccount, sourceArn } = props;
      const isService = /\.amazonaws\.com(\.cn)?$|^\*$/.test(textOf(principal));
      return isService && !principalOrgId && !sourceAccount && !sourceArn
        ? [`lets ${textOf(principal)} act for anybody.`]
        : [];
    }
    return statementsOf(props[policyProperties[type] ?? ""]).flatMap((statement, index) =>
      isConfused(statement) ? [`lets a service act for anybody by ${statementName(statement, index)}.`] : [],
    );
  },
};

function isConfused({ allows, conditions, principals }: Statement): boolean {
  return allows && (principals.Service ?? []).length > 0 && !conditions.some(({ key }) => onBehalf.test(key));
}
