import type { JudgedResource } from "../../resource.ts";
import type { ResourceRule } from "../../rule.ts";

/** What AWS itself refuses to delete while this property has this value; none of them has it by default. */
const protections: Readonly<Record<string, readonly [property: string, value: unknown]>> = {
  "aws:cognito/userPool:UserPool": ["deletionProtection", "ACTIVE"],
  "aws:docdb/cluster:Cluster": ["deletionProtection", true],
  "aws:dynamodb/table:Table": ["deletionProtectionEnabled", true],
  "aws:eks/cluster:Cluster": ["deletionProtection", true],
  "aws:lb/loadBalancer:LoadBalancer": ["enableDeletionProtection", true],
  "aws:neptune/cluster:Cluster": ["deletionProtection", true],
  "aws:rds/cluster:Cluster": ["deletionProtection", true],
  "aws:rds/instance:Instance": ["deletionProtection", true],
};

export const deletionProtection: ResourceRule = {
  name: "deletion-protection",
  title: "AWS refuses the deletion",
  severity: "high",
  category: "resilience",
  description: "Databases, clusters, load balancers, tables and user pools have AWS's own deletion protection.",
  rationale:
    "Pulumi's protection holds in Pulumi alone: the console, a script and a stolen credential pass by it, but not by AWS's.",
  remediation:
    "Set deletionProtection (enableDeletionProtection of a load balancer, deletionProtectionEnabled of a table).",
  controls: ["SOC2 A1.2", "ISO27001 A.8.14", "NIST CP-9", "NIST CM-5"],
  appliesTo: Object.keys(protections),
  environments: ["staging", "preProduction", "production"],
  judge: (resource) => (missing(resource) ? ["can be deleted at once."] : []),
  remediate: (resource) => {
    const protection = missing(resource);
    return protection && { ...resource.props, [protection[0]]: protection[1] };
  },
};

function missing({ props, type }: JudgedResource): readonly [property: string, value: unknown] | undefined {
  const protection = protections[type];
  return protection && props[protection[0]] !== protection[1] ? protection : undefined;
}
