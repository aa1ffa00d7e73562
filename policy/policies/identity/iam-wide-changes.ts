import { identityDocumentTypes, identityStatements, isBoundary, isEverything } from "../../grants.ts";
import type { StackRule } from "../../rule.ts";
import { isBinding } from "../../trust.ts";

/** Verbs that change or remove what is there, and patterns that leave the verb open. Those that only add are left out. */
const changing =
  /^[a-z0-9-]+:(\*|Associate|Attach|Authorize|Cancel|Change(?!Tags)|Delete|Deregister|Detach|Disable|Disassociate|Modify|Put|Reboot|Release|Remove|Replace|Reset|Restore|Revoke|Schedule|Set|Stop|Terminate|Update)/i;

/** Actions that AWS ties to no resource, so that they can be allowed on all only. Source: Service Authorization Reference. */
const untied: readonly RegExp[] = [
  /^logs:(\*|Delete|Update)LogDelivery$/i,
  /^logs:(Delete|Put)ResourcePolicy$/i,
  /^ec2:(Modify|Reset)(AccountAttribute|EbsDefaultKmsKeyId|IdFormat)$/i,
  /^ecr:PutRegistryPolicy$/i,
  /^ecs:DeregisterTaskDefinition$/i,
  /^cloudwatch:PutMetricData$/i,
  /^xray:Put(TelemetryRecords|TraceSegments)$/i,
];

export const iamWideChanges: StackRule = {
  name: "iam-wide-changes",
  title: "Changes keep to their own resources",
  severity: "high",
  category: "identity",
  scope: "stack",
  description:
    "Whoever may change or delete resources may do so with those that are named, or that carry the environment's tag.",
  rationale: "Environments share an account: a deployment to staging that may delete any network deletes production's.",
  remediation: "Name the resources, or demand aws:ResourceTag or aws:RequestTag.",
  controls: ["SOC2 CC6.3", "ISO27001 A.8.31", "ISO27001 A.8.2", "NIST AC-6", "NIST AC-3"],
  appliesTo: identityDocumentTypes,
  judge: (resource, stack) =>
    identityStatements(resource)
      .filter(({ statement }) => statement.allows && !statement.conditions.some(isBinding))
      .filter(({ statement: { notResources, resources } }) => notResources.length > 0 || resources.some(isEverything))
      .flatMap(({ name, statement: { actions } }) => {
        // A service's wildcard alone is another policy's.
        const wide = actions.filter(
          (action) => changing.test(action) && !/:\*+$/.test(action) && !untied.some((each) => each.test(action)),
        );
        return wide.length === 0 ? [] : [`allows ${wide.join(", ")} on every resource in ${name}.`];
      })
      .filter(() => !isBoundary(resource, stack)),
};
