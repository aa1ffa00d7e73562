import { type JudgedResource, refersTo } from "../../resource.ts";
import type { StackRule } from "../../rule.ts";
import { recordOf, recordsOf, textsOf } from "../../values.ts";

export const backupSelection: StackRule = {
  name: "backup-selection",
  title: "AWS Backup knows every data store",
  severity: "high",
  category: "resilience",
  scope: "stack",
  description: "Every database, table and file system of production is selected by a plan of AWS Backup.",
  rationale:
    "A service's own backups stand beside what they are of, in its account and region; those of a locked vault survive both.",
  remediation: "Name the resource, or a tag that it has, in an aws.backup.Selection.",
  controls: ["SOC2 A1.2", "ISO27001 A.8.13", "NIST CP-9", "NIST CP-6", "GDPR 32(1)(c)"],
  appliesTo: [
    "aws:docdb/cluster:Cluster",
    "aws:dynamodb/table:Table",
    "aws:efs/fileSystem:FileSystem",
    "aws:neptune/cluster:Cluster",
    "aws:rds/cluster:Cluster",
    "aws:rds/instance:Instance",
  ],
  environments: ["preProduction", "production"],
  judge: (resource, stack) => {
    // The backups of a replica are its source's.
    if (resource.props.replicateSourceDb) return [];
    const selections = stack.ofType("aws:backup/selection:Selection");
    const selected =
      selections.some((selection) => refersTo(selection, "resources", resource)) ||
      selections.some((selection) => selects(selection, resource));
    return selected ? [] : ["is in no plan of AWS Backup."];
  },
};

function selects({ props }: JudgedResource, resource: JudgedResource): boolean {
  const { arn, tags } = resource.props;
  const matches = (pattern: string) => typeof arn === "string" && glob(pattern).test(arn);
  if (textsOf(props.notResources).some(matches)) return false;
  if (textsOf(props.resources).some((pattern) => pattern === "*" || matches(pattern))) return true;
  const wanted = recordsOf(props.selectionTags);
  return wanted.some(({ key, value }) => recordOf(tags)[String(key)] === value);
}

/** ARNs of a selection may hold stars. */
function glob(pattern: string): RegExp {
  return new RegExp(`^${pattern.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*")}$`);
}
