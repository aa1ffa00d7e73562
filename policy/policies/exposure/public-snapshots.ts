import type { ResourceRule } from "../../rule.ts";
import { textsOf } from "../../values.ts";

export const publicSnapshots: ResourceRule = {
  name: "public-snapshots",
  title: "Snapshots and images are private",
  severity: "critical",
  category: "exposure",
  description: "No snapshot of a database and no machine image is shared with everybody.",
  rationale: "Public snapshots are searched for secrets by strangers as soon as they are listed.",
  remediation: "Share with the accounts that need it, by their numbers.",
  controls: ["SOC2 CC6.1", "ISO27001 A.8.3", "ISO27001 A.8.12", "NIST AC-3", "GDPR 5(1)(f)"],
  appliesTo: [
    "aws:ec2/amiLaunchPermission:AmiLaunchPermission",
    "aws:rds/clusterSnapshot:ClusterSnapshot",
    "aws:rds/clusterSnapshotCopy:ClusterSnapshotCopy",
    "aws:rds/snapshot:Snapshot",
    "aws:rds/snapshotCopy:SnapshotCopy",
  ],
  judge: ({ props }) =>
    props.group === "all" || textsOf(props.sharedAccounts).includes("all") ? ["is shared with everybody."] : [],
};
