import type { Cases, Given } from "../support/cases.ts";
import { accepts, refuses } from "../support/verdicts.ts";

type Properties = Readonly<Record<string, unknown>>;

const production = { Environment: "production" };
const given =
  (type: string) =>
  (props: Properties, stack = "prod"): Given => ({ type, stack, props });
const vpc = given("aws:ec2/vpc:Vpc");
const budget = given("aws:budgets/budget:Budget");
const instance = given("aws:rds/instance:Instance");
const cache = given("aws:elasticache/replicationGroup:ReplicationGroup");
const machine = given("aws:ec2/instance:Instance");
const template = given("aws:ec2/launchTemplate:LaunchTemplate");
const volume = given("aws:ebs/volume:Volume");
const cluster = given("aws:eks/cluster:Cluster");
const service = given("aws:ecs/service:Service");
const repository = given("aws:ecr/repository:Repository");
const gateway = given("aws:ec2/natGateway:NatGateway");

const tags = { Project: "shop", Environment: "production", Stack: "prod", ManagedBy: "pulumi" };
const subscriberEmailAddresses = ["team@shop.example"];
const actual = { notificationType: "ACTUAL", threshold: 80, thresholdType: "PERCENTAGE", subscriberEmailAddresses };
const forecast = { ...actual, notificationType: "FORECASTED", threshold: 100 };
const disabled = { engineLifecycleSupport: "open-source-rds-extended-support-disabled" };
const lifecycle = (repositoryName: string): Given => ({
  type: "aws:ecr/lifecyclePolicy:LifecyclePolicy",
  name: "lifecycle",
  props: { repository: repositoryName },
});

export const costCases: Cases = {
  "stack-budget": [
    accepts("a budget", vpc({ tags: production }), [{ type: "aws:budgets/budget:Budget", name: "monthly" }]),
    accepts("none in a feature environment", vpc({}, "pr-7")),
    refuses("none", vpc({ tags: production }), "stands in a stack without a budget."),
  ],
  "budget-alerts": [
    accepts("warnings", budget({ limitAmount: "150", notifications: [actual, forecast] })),
    accepts(
      "an amount",
      budget({
        limitAmount: "150",
        notifications: [{ ...actual, thresholdType: "ABSOLUTE_VALUE", threshold: 100 }, forecast],
      }),
    ),
    refuses("nothing", budget({ name: "monthly" }), [
      "has no limit.",
      "tells nobody before it is spent.",
      "tells nobody when it will be spent.",
    ]),
    refuses(
      "warnings to nobody",
      budget({ limitAmount: "150", notifications: [{ ...actual, subscriberEmailAddresses: [] }, forecast] }),
      "tells nobody before it is spent.",
    ),
    refuses(
      "warnings that come too late",
      budget({
        limitAmount: "150",
        notifications: [
          { ...actual, threshold: 100 },
          { ...forecast, threshold: 200 },
        ],
      }),
      ["tells nobody before it is spent.", "tells nobody when it will be spent."],
    ),
  ],
  "required-tags": [
    accepts("all of them", vpc({ tags })),
    accepts("those of the provider", vpc({ tags: { Name: "shop" }, tagsAll: tags })),
    refuses("none", vpc({ cidrBlock: "10.0.0.0/16" }), "has no tag Project, Environment, Stack, ManagedBy."),
    refuses("an empty one", vpc({ tags: { ...tags, Project: "" } }), "has no tag Project."),
  ],
  "tag-propagation": [
    accepts("a database", instance({ copyTagsToSnapshot: true })),
    accepts("a service", service({ propagateTags: "SERVICE" })),
    refuses("the default of a database", instance({ engine: "postgres" }), "leaves its snapshots untagged."),
    refuses("the default of a service", service({ propagateTags: "NONE" }), "leaves its tasks untagged."),
  ],
  "extended-support": [
    accepts("standard support of a cluster", cluster({ upgradePolicy: { supportType: "STANDARD" } })),
    accepts("standard support of a database", instance({ engine: "postgres", ...disabled })),
    accepts("an engine that has none", instance({ engine: "oracle-ee" })),
    refuses("the default of a cluster", cluster({ version: "1.36" }), "is enrolled in extended support."),
    refuses("the default of a database", instance({ engine: "mysql" }), "is enrolled in extended support."),
  ],
  "machine-sizes": [
    accepts("a small one", instance({ instanceClass: "db.t4g.micro" }, "staging")),
    accepts("a large one in production", instance({ instanceClass: "db.m7g.4xlarge", tags: production })),
    accepts("none", instance({ instanceClass: "db.serverless" }, "staging")),
    refuses(
      "a large one before production",
      cache({ nodeType: "cache.r7g.2xlarge" }, "staging"),
      "runs on cache.r7g.2xlarge, which is larger than xlarge.",
    ),
    refuses(
      "a huge one",
      instance({ instanceClass: "db.r7g.16xlarge", tags: production }),
      "runs on db.r7g.16xlarge, which is larger than 4xlarge.",
    ),
    refuses(
      "a whole host",
      machine({ instanceType: "m7i.metal-24xl", tags: production }),
      "runs on m7i.metal-24xl, which is larger than 4xlarge.",
    ),
  ],
  "machine-generations": [
    accepts("a current one", instance({ instanceClass: "db.m7g.large" })),
    refuses("an old one", machine({ instanceType: "t2.micro" }), "runs on t2.micro, of a generation that is replaced."),
    refuses(
      "an old database",
      instance({ instanceClass: "db.m4.large" }),
      "runs on db.m4.large, of a generation that is replaced.",
    ),
    refuses(
      "an old one of several",
      given("aws:eks/nodeGroup:NodeGroup")({ instanceTypes: ["m7g.large", "c4.large"] }),
      "runs on c4.large, of a generation that is replaced.",
    ),
  ],
  "storage-types": [
    accepts("gp3", instance({ storageType: "gp3" })),
    accepts("what the image says", machine({ rootBlockDevice: { volumeSize: 8 } })),
    refuses("the default of a volume", volume({ size: 8 }), "stores on gp2."),
    refuses("the default of a database", instance({ engine: "postgres" }), "stores on gp2."),
    refuses("the default with a rate", instance({ iops: 3000 }), "stores on io1."),
    refuses("old disks of a machine", machine({ rootBlockDevice: { volumeType: "standard" } }), "stores on standard."),
    refuses(
      "an old disk of a template",
      template({ blockDeviceMappings: [{ ebs: { volumeType: "gp2" } }] }),
      "stores on gp2.",
    ),
    refuses(
      "an old class",
      given("kubernetes:storage.k8s.io/v1:StorageClass")({ parameters: { type: "gp2" } }),
      "stores on gp2.",
    ),
  ],
  "nat-gateway-count": [
    accepts("one", gateway({ connectivityType: "public" }, "staging")),
    accepts("more in production", gateway({}), [{ ...gateway({}), name: "other" }]),
    accepts("a private one beside it", gateway({}, "staging"), [
      { ...gateway({ connectivityType: "private" }, "staging"), name: "other" },
    ]),
    refuses("two", gateway({ connectivityType: "public" }, "staging"), "is one of 2 NAT gateways.", [
      { ...gateway({}, "staging"), name: "other" },
    ]),
  ],
  "registry-lifecycle": [
    accepts("a policy", repository({ name: "web" }), [lifecycle("web")]),
    accepts("a reference", repository({ name: "web" }), [{ ...lifecycle(""), from: { repository: ["it"] } }]),
    refuses("none", repository({ name: "web" }), "keeps every image for ever."),
    refuses("another's", repository({ name: "web" }), "keeps every image for ever.", [lifecycle("api")]),
  ],
};
