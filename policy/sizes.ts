import { recordOf, textsOf } from "./values.ts";

/** Properties that choose a machine, by type. */
const sizeProperties: Readonly<Record<string, string>> = {
  "aws:ec2/instance:Instance": "instanceType",
  "aws:ec2/launchTemplate:LaunchTemplate": "instanceType",
  "aws:eks/nodeGroup:NodeGroup": "instanceTypes",
  "aws:elasticache/cluster:Cluster": "nodeType",
  "aws:elasticache/replicationGroup:ReplicationGroup": "nodeType",
  "aws:rds/cluster:Cluster": "dbClusterInstanceClass",
  "aws:rds/clusterInstance:ClusterInstance": "instanceClass",
  "aws:rds/instance:Instance": "instanceClass",
};

/** Everything that runs on a machine of a chosen size. */
export const sizedTypes: readonly string[] = Object.keys(sizeProperties);

/** A machine as AWS names it: `db.m7g.large` is of the family `m7g` and the size `large`. */
export interface Machine {
  readonly name: string;
  readonly family: string;
  /** How many times `xlarge`, which is 1; 0 for all that is smaller. */
  readonly size: number;
}

/** The machines that a resource runs on. */
export function machinesOf(type: string, props: Readonly<Record<string, unknown>>): readonly Machine[] {
  return textsOf(recordOf(props)[sizeProperties[type] ?? ""]).flatMap((name) => {
    const [, family, size] = /^(?:db\.|cache\.)?([a-z][a-z0-9-]*)\.([a-z0-9-]+)$/.exec(name) ?? [];
    return family !== undefined && size !== undefined ? [{ name, family, size: timesXlarge(size) }] : [];
  });
}

function timesXlarge(size: string): number {
  // Metal is the whole host.
  if (size.startsWith("metal")) return Number.POSITIVE_INFINITY;
  const [, times] = /^([0-9]*)xlarge$/.exec(size) ?? [];
  return times === undefined ? 0 : Number(times || 1);
}
