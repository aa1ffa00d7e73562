import type { Rule } from "../rule.ts";

/** Stacks whose data nobody wants to lose by a slip. */
const guardedStacks = ["staging", "prod"];

export const statefulProtection: Rule = {
  name: "stateful-protection",
  title: "Stateful resources are protected",
  severity: "critical",
  description: "Databases, caches, keys, repositories, buckets and clusters of staging and prod are protected.",
  rationale:
    "An unprotected resource is deleted by a renamed key, a moved component or a mistyped destroy, with its data.",
  remediation:
    "Give the resource the option protect: true; lift it on purpose, in a change of its own, when it is to go.",
  controls: [
    { framework: "SOC 2", version: "2017", id: "A1.2" },
    { framework: "ISO 27001", version: "2022", id: "A.8.13" },
  ],
  appliesTo: [
    "aws:backup/vault:Vault",
    "aws:ecr/repository:Repository",
    "aws:eks/cluster:Cluster",
    "aws:elasticache/replicationGroup:ReplicationGroup",
    "aws:kms/key:Key",
    "aws:rds/cluster:Cluster",
    "aws:rds/instance:Instance",
    "aws:route53/zone:Zone",
    "aws:s3/bucket:Bucket",
    "aws:secretsmanager/secret:Secret",
    "github:index/repository:Repository",
  ],
  judge: ({ stack, protect }) =>
    guardedStacks.includes(stack) && !protect ? [`holds state in the stack "${stack}" and is not protected.`] : [],
};
