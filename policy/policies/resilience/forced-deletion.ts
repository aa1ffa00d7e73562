import type { ResourceRule } from "../../rule.ts";

/** Each lets the provider delete what is in it first. */
const force = ["forceDelete", "forceDestroy"];

export const forcedDeletion: ResourceRule = {
  name: "forced-deletion",
  title: "Nothing is deleted with its contents",
  severity: "high",
  category: "resilience",
  description:
    "Buckets, zones, repositories, vaults and services outside feature environments are not emptied to be deleted.",
  rationale:
    "AWS refuses to delete what is not empty, which is the last guard of the data; these options take it away.",
  remediation: "Leave out forceDelete and forceDestroy, and empty it by hand when it is to go.",
  controls: ["SOC2 A1.2", "ISO27001 A.8.13", "NIST CP-9"],
  appliesTo: [
    "aws:backup/vault:Vault",
    "aws:ecr/repository:Repository",
    "aws:ecs/service:Service",
    "aws:route53/zone:Zone",
    "aws:s3/bucket:Bucket",
    "aws:s3/bucketV2:BucketV2",
  ],
  environments: ["staging", "preProduction", "production"],
  judge: ({ props }) =>
    force.filter((key) => props[key] === true).map((key) => `is deleted with its contents (${key}).`),
};
