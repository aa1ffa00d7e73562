import type { Cases, Given } from "../support/cases.ts";
import { accepts, refuses } from "../support/verdicts.ts";
import { resilienceDataCases } from "./resilience-data.ts";
import { resilienceKubernetesCases } from "./resilience-kubernetes.ts";

type Properties = Readonly<Record<string, unknown>>;

const instanceType = "aws:rds/instance:Instance";
const production = { tags: { Environment: "production" } };

const vpc = (stack: string, tags: Properties = production.tags): Given => ({
  type: "aws:ec2/vpc:Vpc",
  stack,
  props: { tags },
});
const subnet = (zone: string): Given => ({
  type: "aws:ec2/subnet:Subnet",
  name: zone,
  from: { vpcId: ["it"] },
  props: { availabilityZone: zone },
});
const [a, b, c] = [subnet("us-west-2a"), subnet("us-west-2b"), subnet("us-west-2c")] as const;

const route: Given = {
  type: "aws:ec2/route:Route",
  from: { natGatewayId: ["nat"], routeTableId: ["table"] },
  props: { destinationCidrBlock: "0.0.0.0/0" },
};
const served = (zone: string): readonly Given[] => [
  a,
  b,
  { type: "aws:ec2/natGateway:NatGateway", name: "nat", from: { subnetId: ["us-west-2a"] } },
  { type: "aws:ec2/routeTable:RouteTable", name: "table" },
  {
    type: "aws:ec2/routeTableAssociation:RouteTableAssociation",
    name: "association",
    from: { routeTableId: ["table"], subnetId: [zone] },
  },
];

const given =
  (type: string) =>
  (props: Properties, stack = "prod"): Given => ({ type, stack, props });
const loadBalancer = given("aws:lb/loadBalancer:LoadBalancer");
const cluster = given("aws:eks/cluster:Cluster");
const targetGroup = given("aws:lb/targetGroup:TargetGroup");
const service = given("aws:ecs/service:Service");
const target = given("aws:appautoscaling/target:Target");
const scaler = given("kubernetes:autoscaling/v2:HorizontalPodAutoscaler");
const breaker = { deploymentCircuitBreaker: { enable: true, rollback: true } };
const networkConfiguration = { subnets: ["subnet-a", "subnet-b"] };

export const resilienceCases: Cases = {
  ...resilienceDataCases,
  ...resilienceKubernetesCases,
  "stateful-protection": [
    { title: "leaves dev alone", resource: { type: instanceType, stack: "dev" }, findings: [] },
    { title: "leaves feature environments alone", resource: { type: instanceType, stack: "pr-7" }, findings: [] },
    { title: "accepts a protected one", resource: { type: instanceType, stack: "prod", protect: true }, findings: [] },
    {
      title: "refuses an unprotected one in prod",
      resource: { type: instanceType, stack: "prod" },
      findings: ['holds state in the stack "prod" and is not protected.'],
    },
    {
      title: "refuses an unprotected one in staging",
      resource: { type: "aws:kms/key:Key", stack: "staging" },
      findings: ['holds state in the stack "staging" and is not protected.'],
    },
    {
      title: "refuses an unprotected one in a stack that it does not know",
      resource: { type: "aws:dynamodb/table:Table", stack: "prod-eu" },
      findings: ['holds state in the stack "prod-eu" and is not protected.'],
    },
  ],
  "network-zones": [
    accepts("three zones", vpc("prod"), [a, b, c]),
    accepts("two before production", vpc("staging"), [a, b]),
    accepts("two in pre-production", vpc("prod", { Environment: "preProduction" }), [a, b]),
    accepts("subnets of another stack", vpc("prod")),
    refuses("two in production", vpc("prod"), "spans 2 of 3 availability zones.", [a, b, { ...b, name: "other" }]),
    refuses("one", vpc("staging"), "spans 1 of 2 availability zones.", [a]),
  ],
  "nat-gateway-zones": [
    accepts("the zone's own", route, served("us-west-2a")),
    accepts("another's before production", { ...route, stack: "staging" }, served("us-west-2b")),
    accepts("an internet gateway", { ...route, from: { routeTableId: ["table"] } }, served("us-west-2b")),
    accepts("a narrow route", { ...route, props: { destinationCidrBlock: "10.9.0.0/16" } }, served("us-west-2b")),
    refuses("another's", route, "takes us-west-2b out by a NAT gateway in us-west-2a.", served("us-west-2b")),
  ],
  "load-balancer-zones": [
    accepts("two zones", loadBalancer({ subnets: ["subnet-a", "subnet-b"] })),
    accepts(
      "a network load balancer that crosses zones",
      loadBalancer({
        loadBalancerType: "network",
        enableCrossZoneLoadBalancing: true,
        subnetMappings: [{ subnetId: "subnet-a" }, { subnetId: "subnet-b" }],
      }),
    ),
    refuses("one zone", loadBalancer({ subnets: ["subnet-a"] }), "stands in 1 zones."),
    refuses(
      "the default of a network load balancer",
      loadBalancer({ loadBalancerType: "network", subnets: ["subnet-a", "subnet-b"] }),
      "sends only to targets of its own zone.",
    ),
  ],
  "zonal-shift": [
    accepts("a load balancer with it", loadBalancer({ enableZonalShift: true })),
    accepts("a cluster with it", cluster({ zonalShiftConfig: { enabled: true } })),
    accepts("a feature environment's", cluster({}, "pr-7")),
    refuses("the default of a load balancer", loadBalancer({}), "cannot shift its traffic away from a zone."),
    refuses(
      "a cluster without",
      cluster({ zonalShiftConfig: { enabled: false } }),
      "cannot shift its traffic away from a zone.",
    ),
  ],
  "target-group-health": [
    accepts("AWS's default", targetGroup({ port: 80 })),
    accepts("a check", targetGroup({ healthCheck: { path: "/health", matcher: "200-299" } })),
    accepts("a function, which has no health", targetGroup({ targetType: "lambda", healthCheck: { enabled: false } })),
    refuses("none", targetGroup({ healthCheck: { enabled: false } }), "does not check its targets."),
    refuses("errors", targetGroup({ healthCheck: { matcher: "200-499" } }), "takes errors for health (200-499)."),
  ],
  "ecs-service-rollback": [
    accepts("a circuit breaker", service({ ...breaker, alarms: { enable: true, rollback: true } })),
    accepts("CodeDeploy", service({ deploymentController: { type: "CODE_DEPLOY" } })),
    accepts("a daemon, which makes room first", service({ ...breaker, schedulingStrategy: "DAEMON" })),
    refuses("the defaults", service({}), "does not roll back a deployment that fails."),
    refuses(
      "a breaker that only stops",
      service({ deploymentCircuitBreaker: { enable: true, rollback: false } }, "staging"),
      "does not roll back a deployment that fails.",
    ),
    refuses(
      "alarms that only stop, and fewer tasks",
      service({ ...breaker, alarms: { enable: true }, deploymentMinimumHealthyPercent: 50 }),
      ["does not roll back when its alarms ring.", "goes down to 50 % of its tasks in a deployment."],
    ),
  ],
  "ecs-service-availability": [
    accepts("two tasks in two subnets", service({ networkConfiguration, desiredCount: 2 })),
    accepts("one task before production", service({ networkConfiguration, desiredCount: 1 }, "staging")),
    refuses(
      "one subnet",
      service({ networkConfiguration: { subnets: ["subnet-a"] }, desiredCount: 2 }),
      "stands in one subnet.",
    ),
    refuses(
      "one task that is not balanced",
      service({ networkConfiguration, availabilityZoneRebalancing: "DISABLED", desiredCount: 1 }),
      ["is not balanced over the zones.", "has 1 tasks, fewer than 2."],
    ),
  ],
  "autoscaling-range": [
    accepts("two to four", target({ minCapacity: 2, maxCapacity: 4 })),
    accepts("one to two before production", target({ minCapacity: 1, maxCapacity: 2 }, "staging")),
    accepts("an autoscaler of Kubernetes", scaler({ spec: { minReplicas: 2, maxReplicas: 4 } })),
    refuses("no room", target({ minCapacity: 4, maxCapacity: 4 }), "has no room to grow."),
    refuses("one", target({ minCapacity: 1, maxCapacity: 4 }), "shrinks to 1, fewer than 2."),
    refuses("Kubernetes' default", scaler({ spec: { maxReplicas: 4 } }), "shrinks to 1, fewer than 2."),
  ],
};
