import { type JudgedResource, refersTo } from "../../resource.ts";
import type { StackRule } from "../../rule.ts";
import { recordOf, recordsOf } from "../../values.ts";

type Properties = Readonly<Record<string, unknown>>;

/** The dimension by which alarms name each type, and the property with what they write there. */
const watched: Readonly<Record<string, { readonly dimension: string; readonly property: string }>> = {
  "aws:alb/loadBalancer:LoadBalancer": { dimension: "LoadBalancer", property: "arnSuffix" },
  "aws:elasticache/replicationGroup:ReplicationGroup": { dimension: "CacheClusterId", property: "replicationGroupId" },
  "aws:lb/loadBalancer:LoadBalancer": { dimension: "LoadBalancer", property: "arnSuffix" },
  "aws:rds/cluster:Cluster": { dimension: "DBClusterIdentifier", property: "clusterIdentifier" },
  "aws:rds/instance:Instance": { dimension: "DBInstanceIdentifier", property: "identifier" },
};

export const resourceAlarms: StackRule = {
  name: "resource-alarms",
  title: "Databases, caches and load balancers have an alarm",
  severity: "medium",
  category: "logging",
  scope: "stack",
  description: "An alarm watches every database, cache and load balancer.",
  rationale: "A full disk or a flood is noticed by customers first, and hours after it began.",
  remediation: "Add an aws.cloudwatch.MetricAlarm with the resource in its dimensions.",
  controls: ["SOC2 CC7.2", "SOC2 A1.1", "ISO27001 A.8.16", "NIST SI-4(5)", "NIST SI-4(2)"],
  appliesTo: Object.keys(watched),
  environments: ["staging", "preProduction", "production"],
  judge: (resource, stack) => {
    const { dimension = "", property = "" } = watched[resource.type] ?? {};
    const identifier = resource.props[property];
    const alarmed = stack.ofType("aws:cloudwatch/metricAlarm:MetricAlarm").some(
      (alarm) =>
        watches(alarm, dimension, identifier) ||
        // In a preview dimensions are not known yet, but where they come from is.
        refersTo(alarm, "dimensions", resource) ||
        refersTo(alarm, "metricQueries", resource),
    );
    return alarmed ? [] : ["has no alarm."];
  },
};

function watches({ props }: JudgedResource, dimension: string, identifier: unknown): boolean {
  const metrics: readonly Properties[] = recordsOf(props.metricQueries).map(({ metric }) => recordOf(metric));
  return [props, ...metrics].some(({ dimensions }) => {
    const value = recordOf(dimensions)[dimension];
    // Members of a replication group have its name and a number: main-001.
    // A name that AWS chooses is in no plan; then any alarm of that kind may be its.
    if (typeof value !== "string" || identifier === undefined) return typeof value === "string";
    return value === identifier || value.replace(/(-\d{4})?-\d{3}$/, "") === identifier;
  });
}
