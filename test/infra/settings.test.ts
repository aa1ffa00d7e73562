import assert from "node:assert/strict";
import fc from "fast-check";
import { planSubnets } from "../../components/network-plan.ts";
import { contains, overlaps, parseCidr } from "../../infra/cidr.ts";
import { parseSettings, SettingsError } from "../../infra/settings.ts";
import { change, rawSettings } from "../support/stack-settings.ts";

type StackName = "dev" | "staging" | "prod";

function messageOf(stack: string, raw: Record<string, unknown>, encrypted: string[] = []): string {
  try {
    parseSettings(stack, raw, encrypted);
  } catch (error) {
    assert.ok(error instanceof SettingsError, String(error));
    return error.message;
  }
  return "(no problem)";
}

const production = 'but the environment "production" requires';
const orElse = "or declare another environment in slipway:environment.";

/** Staging's subnets, written out as somebody may who does not want the grid's. */
const listed = () => ({
  public: ["10.1.1.0/24", "10.1.2.0/24"],
  private: ["10.1.11.0/24", "10.1.12.0/24"],
  isolated: ["10.1.21.0/24", "10.1.22.0/24"],
});

/** Each wrong setting: the stack, what is changed, and the whole message that the user reads. */
const wrong: readonly [title: string, stack: StackName, changes: Record<string, unknown>, message: string][] = [
  [
    "an environment that is missing",
    "dev",
    { environment: undefined },
    'Pulumi.dev.yaml: slipway:environment is missing.\n  Add it. It says what the stack is for; its rules follow from it, for example "staging".',
  ],
  [
    "an image by its tag",
    "staging",
    { "images.backend": "v1.2.3" },
    'Pulumi.staging.yaml: slipway:images.backend is "v1.2.3", not an image digest such as sha256: and 64 hex digits.',
  ],
  [
    "an image of a service that does not exist",
    "staging",
    { "images.worker": `sha256:${"a".repeat(64)}` },
    "Pulumi.staging.yaml: slipway:images.worker is not a setting.",
  ],
  [
    "a way of deploying that does not exist",
    "staging",
    { "deployment.strategy": "canary" },
    'Pulumi.staging.yaml: slipway:deployment.strategy is "canary", not "blueGreen" or "rolling".',
  ],
  [
    "a bake time of more than a day",
    "staging",
    { "deployment.bakeMinutes": 1441 },
    "Pulumi.staging.yaml: slipway:deployment.bakeMinutes is 1441, not a whole number from 0 to 1440.",
  ],
  [
    "a connection of another kind",
    "staging",
    { runner: { connectionArn: "arn:aws:s3:::bucket" } },
    'Pulumi.staging.yaml: slipway:runner.connectionArn is "arn:aws:s3:::bucket", not the ARN of an AWS CodeConnections connection.',
  ],
  [
    "access to the cluster by a user",
    "prod",
    { "kubernetes.access": [{ role: "arn:aws:iam::123456789012:user/ada", level: "view" }] },
    'Pulumi.prod.yaml: slipway:kubernetes.access[0].role is "arn:aws:iam::123456789012:user/ada", not the ARN of an IAM role, with its path.',
  ],
  [
    "a level of access that does not exist",
    "prod",
    { "kubernetes.access": [{ role: "arn:aws:iam::123456789012:role/Ops", level: "root" }] },
    'Pulumi.prod.yaml: slipway:kubernetes.access[0].level is "root", not "view" or "edit" or "admin" or "clusterAdmin".',
  ],
  [
    "an administrator of the cluster in one namespace",
    "prod",
    {
      "kubernetes.access": [
        { role: "arn:aws:iam::123456789012:role/Ops", level: "clusterAdmin", namespace: "teamflow" },
      ],
    },
    'Pulumi.prod.yaml: slipway:kubernetes.access[0].namespace is "teamflow", but the level clusterAdmin is of the whole cluster.\n  Remove it, or set the level to admin.',
  ],
  [
    "access to a namespace that is not made",
    "prod",
    { "kubernetes.access": [{ role: "arn:aws:iam::123456789012:role/Ops", level: "edit", namespace: "teamflw" }] },
    'Pulumi.prod.yaml: slipway:kubernetes.access[0].namespace is "teamflw", which the stack does not make.\n  Set it to teamflow or teamflow-pre, or remove it.',
  ],
  [
    "the same access twice",
    "prod",
    {
      "kubernetes.access": [
        { role: "arn:aws:iam::123456789012:role/Ops", level: "view" },
        { role: "arn:aws:iam::123456789012:role/Ops", level: "view" },
      ],
    },
    "Pulumi.prod.yaml: slipway:kubernetes.access[1] is listed twice: arn:aws:iam::123456789012:role/Ops with the level view.\n  Name each once.",
  ],
  [
    "an API server for the whole internet",
    "prod",
    { "kubernetes.publicEndpointCidrs": ["0.0.0.0/0"] },
    "Pulumi.prod.yaml: slipway:kubernetes.publicEndpointCidrs[0] is 0.0.0.0/0, more of the internet than any office has.\n  Name the addresses that people come from, ranges of size /16 to /32.",
  ],
  [
    "a public API server for private addresses",
    "prod",
    { "kubernetes.publicEndpointCidrs": ["203.0.113.0/24", "10.2.0.0/16"] },
    "Pulumi.prod.yaml: slipway:kubernetes.publicEndpointCidrs[1] is 10.2.0.0/16, which no caller from the internet has.\n  Remove it: whoever is in the VPC reaches the API server anyway.",
  ],
  [
    "pre-production in production's namespace",
    "prod",
    { "preProduction.namespace": "teamflow" },
    'Pulumi.prod.yaml: slipway:preProduction.namespace is "teamflow", production\'s own namespace.\n  Choose another: the environments share nothing but the cluster.',
  ],
  [
    "a namespace of Kubernetes itself",
    "prod",
    { "kubernetes.namespace": "kube-system" },
    'Pulumi.prod.yaml: slipway:kubernetes.namespace is "kube-system", which belongs to Kubernetes itself.\n  Choose a name of the application\'s own, for example teamflow.',
  ],
  [
    "a canary that is watched for two hours",
    "prod",
    { "kubernetes.rollout.bakeMinutes": 120 },
    "Pulumi.prod.yaml: slipway:kubernetes.rollout.bakeMinutes is 120, not a whole number from 0 to 60.",
  ],
  [
    "an account that is a number",
    "staging",
    { "aws.accountId": 123456789012 },
    "Pulumi.staging.yaml: slipway:aws.accountId is 123456789012, not 12 digits in quotes.",
  ],
  [
    "a deployment where nothing is deployed",
    "dev",
    { deployment: { strategy: "rolling" } },
    'Pulumi.dev.yaml: slipway:deployment has no effect on the platform "local".',
  ],
  [
    "a switch in words",
    "staging",
    { protection: "never" },
    'Pulumi.staging.yaml: slipway:protection is "never", not true or false.',
  ],
  [
    "an environment that does not exist",
    "dev",
    { environment: "developement" },
    'Pulumi.dev.yaml: slipway:environment is "developement", not "development" or "feature" or "staging" or "preProduction" or "production".\n  Correct it. It says what the stack is for; its rules follow from it, for example "staging".',
  ],
  [
    "another stack's environment",
    "dev",
    { environment: "feature", platform: "local" },
    'Pulumi.dev.yaml: slipway:environment is "feature", but the stack "dev" stands for "development".\n  Set it to "development", or select another stack.\n1 more problem:\n  slipway:platform is "local", but the environment "feature" runs on "ecs".\n    Set it to "ecs", or declare another environment in slipway:environment.',
  ],
  [
    "a platform that the environment does not run on",
    "prod",
    { platform: "local" },
    'Pulumi.prod.yaml: slipway:platform is "local", but the environment "production" runs on "eks".',
  ],
  [
    "an unknown key with a near one",
    "dev",
    { platfrom: "local" },
    'Pulumi.dev.yaml: slipway:platfrom is not a setting; did you mean "platform"?\n  Rename it to "platform", or remove it.',
  ],
  [
    "a misspelt key that is required, which is not missing as well",
    "dev",
    { platform: undefined, platfrom: "local" },
    'Pulumi.dev.yaml: slipway:platfrom is not a setting; did you mean "platform"?\n  Rename it to "platform", or remove it.',
  ],
  [
    "an unknown key within a group",
    "prod",
    { "database.multiAZ": true },
    'Pulumi.prod.yaml: slipway:database.multiAZ is not a setting; did you mean "multiAz"?\n  Rename it to "multiAz", or remove it.',
  ],
  [
    "an unknown key that is near to nothing",
    "prod",
    { "edge.elephants": 3 },
    "Pulumi.prod.yaml: slipway:edge.elephants is not a setting.\n  Remove it, or use one of: createZone, hosts, waf, zone.",
  ],
  [
    "text where a group belongs",
    "staging",
    { network: "10.1.0.0/16" },
    'Pulumi.staging.yaml: slipway:network is "10.1.0.0/16", not a group of settings.\n  Correct it. It is the VPC: its range, zones and subnets.',
  ],
  [
    "production without a standby",
    "prod",
    { "database.multiAz": false },
    `Pulumi.prod.yaml: slipway:database.multiAz is false, ${production} it.\n  Set it to true, ${orElse}`,
  ],
  [
    "production with too short a recovery",
    "prod",
    { "database.backupDays": 7 },
    `Pulumi.prod.yaml: slipway:database.backupDays is 7, ${production} 35.\n  Set it to 35, ${orElse}`,
  ],
  [
    "production that may be deleted",
    "prod",
    { "database.deletionProtection": false },
    `Pulumi.prod.yaml: slipway:database.deletionProtection is false, ${production} it.\n  Set it to true, ${orElse}`,
  ],
  [
    "production in too few zones",
    "prod",
    { "network.zones": ["us-west-2a", "us-west-2b"] },
    `Pulumi.prod.yaml: slipway:network.zones has 2 zones, ${production} three zones or more.\n  Set it to three zones or more, ${orElse}`,
  ],
  [
    "production behind one NAT gateway",
    "prod",
    { "network.natGateways": "single" },
    `Pulumi.prod.yaml: slipway:network.natGateways is "single", ${production} "perZone" or "regional".\n  Set it to "perZone" or "regional", so that no zone depends on another, ${orElse}`,
  ],
  [
    "production with two copies",
    "prod",
    { "services.backend.scaling.minimum": 2 },
    `Pulumi.prod.yaml: slipway:services.backend.scaling.minimum is 2, ${production} 3 or more.\n  Set it to 3 or more, one copy in each zone, ${orElse}`,
  ],
  [
    "production whose backup lies in its own region",
    "prod",
    { "backup.copyToRegion": "us-west-2" },
    `Pulumi.prod.yaml: slipway:backup.copyToRegion is "us-west-2", the stack's own region, ${production} another region.\n  Set it to another region, ${orElse}`,
  ],
  [
    "a release database without a standby",
    "prod",
    { releases: { multiAz: false } },
    `Pulumi.prod.yaml: slipway:releases.multiAz is false, ${production} it.\n  Set it to true, ${orElse}`,
  ],
  [
    "a release database with too short a recovery",
    "prod",
    { releases: { backupDays: 7 } },
    `Pulumi.prod.yaml: slipway:releases.backupDays is 7, ${production} 35.\n  Set it to 35, ${orElse}`,
  ],
  [
    "a release database with a name of its own",
    "prod",
    { releases: { name: "releases" } },
    "Pulumi.prod.yaml: slipway:releases.name is not a setting.\n  Remove it, or use one of: backupDays, instanceClass, multiAz, storageGiB.",
  ],
  [
    "a release database in staging",
    "staging",
    { releases: {} },
    'Pulumi.staging.yaml: slipway:releases has no effect on the platform "ecs".\n  Remove it.',
  ],
  [
    "a release database on this machine",
    "dev",
    { releases: {} },
    'Pulumi.dev.yaml: slipway:releases has no effect on the platform "local".\n  Remove it.',
  ],
  [
    "staging that keeps backups for a day",
    "staging",
    { "database.backupDays": 1 },
    `Pulumi.staging.yaml: slipway:database.backupDays is 1, but the environment "staging" requires 7 or more.\n  Set it to 7 or more, ${orElse}`,
  ],
  [
    "a group that the platform needs",
    "prod",
    { kubernetes: undefined },
    'Pulumi.prod.yaml: slipway:kubernetes is missing, but the platform "eks" needs it.\n  Add the group slipway:kubernetes.',
  ],
  [
    "a group that has no effect",
    "dev",
    { aws: { region: "us-west-2" } },
    'Pulumi.dev.yaml: slipway:aws has no effect on the platform "local".\n  Remove it.',
  ],
  [
    "a database size on this machine",
    "dev",
    { "database.instanceClass": "db.t4g.micro" },
    'Pulumi.dev.yaml: slipway:database.instanceClass has no effect on the platform "local".\n  Remove it.',
  ],
  [
    "a CIDR that is none",
    "staging",
    { "network.cidr": "10.1.0.0" },
    'Pulumi.staging.yaml: slipway:network.cidr is "10.1.0.0", not an IPv4 CIDR block such as 10.1.0.0/16.\n  Correct it. It is the address range of the VPC; no other stack may use it, for example "10.1.0.0/16".',
  ],
  [
    "a public range",
    "staging",
    { "network.cidr": "11.1.0.0/16" },
    'Pulumi.staging.yaml: slipway:network.cidr is "11.1.0.0/16", not a private range of size /16 to /24, such as 10.1.0.0/16.\n  Correct it. It is the address range of the VPC; no other stack may use it, for example "10.1.0.0/16".',
  ],
  [
    "a zone for which the VPC is too small",
    "staging",
    { "network.cidr": "10.1.0.0/24", "network.zones": ["us-west-2a", "us-west-2b", "us-west-2c"] },
    'Pulumi.staging.yaml: slipway:network.zones[2] is "us-west-2c", for which a VPC of size /24 has no place: it has one for the zones a to b.\n  Choose another zone, set slipway:network.cidr to a range of size /23 or larger, or list the blocks of every tier in slipway:network.subnets.',
  ],
  [
    "a zone beyond the sixth letter",
    "staging",
    { "network.zones.1": "us-west-2g" },
    'Pulumi.staging.yaml: slipway:network.zones[1] is "us-west-2g", for which a VPC of size /16 has no place: it has one for the zones a to f.\n  Choose another zone, or list the blocks of every tier in slipway:network.subnets.',
  ],
  [
    "a VPC that is too small for pods",
    "prod",
    { "network.cidr": "10.2.0.0/21" },
    "Pulumi.prod.yaml: slipway:network.cidr is 10.2.0.0/21, too small for the subnets of a stack on eks.\n  Choose a range of size /16 to /20, or list the blocks of every tier in slipway:network.subnets.",
  ],
  [
    "a subnet outside the VPC",
    "staging",
    { "network.subnets": listed(), "network.subnets.private.1": "10.9.12.0/24" },
    "Pulumi.staging.yaml: slipway:network.subnets.private[1] is 10.9.12.0/24, which lies outside the VPC's 10.1.0.0/16.\n  Choose a block inside 10.1.0.0/16.",
  ],
  [
    "subnets that overlap",
    "staging",
    { "network.subnets": listed(), "network.subnets.private.0": "10.1.2.0/25" },
    "Pulumi.staging.yaml: slipway:network.subnets.private[0] is 10.1.2.0/25, which overlaps 10.1.2.0/24 of slipway:network.subnets.public[1].\n  Choose blocks that do not overlap.",
  ],
  [
    "a subnet that AWS finds too small",
    "staging",
    { "network.subnets": listed(), "network.subnets.isolated.0": "10.1.21.0/29" },
    "Pulumi.staging.yaml: slipway:network.subnets.isolated[0] is 10.1.21.0/29, smaller than AWS allows.\n  Choose a block of size /16 to /28.",
  ],
  [
    "a zone without subnets",
    "staging",
    { "network.subnets": listed(), "network.subnets.public": ["10.1.1.0/24"] },
    "Pulumi.staging.yaml: slipway:network.subnets.public has 1 subnet, but slipway:network.zones has 2 zones.\n  Give every zone one subnet of each tier, in the order of the zones.",
  ],
  [
    "a zone of another region",
    "staging",
    { "network.zones.1": "us-east-1b" },
    'Pulumi.staging.yaml: slipway:network.zones[1] is "us-east-1b", which is not in the region "us-west-2".\n  Choose a zone of us-west-2, or change slipway:aws.region.',
  ],
  [
    "the same zone twice",
    "staging",
    { "network.zones.1": "us-west-2a" },
    'Pulumi.staging.yaml: slipway:network.zones[1] is "us-west-2a", which is listed twice.\n  Name each zone once.',
  ],
  [
    "memory that Fargate does not offer",
    "staging",
    { "services.backend.fargate.memoryMiB": 4096 },
    "Pulumi.staging.yaml: slipway:services.backend.fargate.memoryMiB is 4096, which Fargate does not offer with 256 CPU units.\n  Set it to 512, or to a multiple of 1024 up to 2048.",
  ],
  [
    "CPU that Fargate does not offer",
    "staging",
    { "services.frontend.fargate.cpu": 300 },
    "Pulumi.staging.yaml: slipway:services.frontend.fargate.cpu is 300, which Fargate does not offer.\n  Set it to one of 256, 512, 1024, 2048, 4096, 8192, 16384.",
  ],
  [
    "a service without a size",
    "staging",
    { "services.frontend.fargate": undefined },
    'Pulumi.staging.yaml: slipway:services.frontend.fargate is missing, but the platform "ecs" needs it.\n  Add the size of one copy.',
  ],
  [
    "two services on one port",
    "dev",
    { "services.frontend.port": 8000 },
    "Pulumi.dev.yaml: slipway:services.frontend.port is 8000, the port of the backend too.\n  Give each service a port of its own, for example 8000 and 3000.",
  ],
  [
    "a backend that no request reaches",
    "staging",
    { "services.backend.paths": [] },
    'Pulumi.staging.yaml: slipway:services.backend.paths is empty, but the backend shares the frontend\'s host, so that no request would reach it.\n  Name its paths, for example ["/api/*"], or give it a host of its own in slipway:edge.hosts.backend.',
  ],
  [
    "more paths than a load balancer rule holds",
    "staging",
    { "services.backend.paths": ["/a", "/b", "/c", "/d", "/e"] },
    'Pulumi.staging.yaml: slipway:services.backend.paths is a list, not a list of at most 4.\n  Correct it. It says which paths of a shared host go to this service; at most four, since a load balancer rule compares with five values and the host is one, for example ["/api/*"].',
  ],
  [
    "a port that is none",
    "dev",
    { "services.backend.port": 99999 },
    "Pulumi.dev.yaml: slipway:services.backend.port is 99999, not a whole number from 1 to 65535.\n  Correct it. It is the port that the service listens on, for example 8000.",
  ],
  [
    "a scale that is upside down",
    "staging",
    { "services.backend.scaling.minimum": 9 },
    "Pulumi.staging.yaml: slipway:services.backend.scaling.minimum is 9, more than the maximum of 4.\n  Lower the minimum or raise the maximum.",
  ],
  [
    "a version without quotes",
    "staging",
    { "database.engineVersion": 17 },
    'Pulumi.staging.yaml: slipway:database.engineVersion is 17, not "17" or "18".\n  Correct it. It is the major version of PostgreSQL, in quotes; minor versions are AWS\'s business, for example "17".',
  ],
  [
    "a version of PostgreSQL that is gone",
    "staging",
    { "database.engineVersion": "15.4" },
    'Pulumi.staging.yaml: slipway:database.engineVersion is "15.4", not "17" or "18".\n  Correct it. It is the major version of PostgreSQL, in quotes; minor versions are AWS\'s business, for example "17".',
  ],
  [
    "a database of AWS's own",
    "staging",
    { "database.name": "postgres" },
    'Pulumi.staging.yaml: slipway:database.name is "postgres", a database of PostgreSQL\'s or AWS\'s own.\n  Choose another name, for example "teamflow_staging".',
  ],
  [
    "windows that overlap",
    "staging",
    { "database.maintenanceWindow": "sun:03:30-sun:04:30" },
    "Pulumi.staging.yaml: slipway:database.maintenanceWindow is sun:03:30-sun:04:30, which overlaps the backup window 03:00-04:00.\n  Move one of the windows; AWS refuses windows that overlap.",
  ],
  [
    "a window that is too short",
    "staging",
    { "database.backupWindow": "03:00-03:10" },
    "Pulumi.staging.yaml: slipway:database.backupWindow is 03:00-03:10, shorter than 30 minutes.\n  Set it to 30 minutes or more.",
  ],
  [
    "storage that shrinks",
    "staging",
    { "database.maxStorageGiB": 20, "database.storageGiB": 50 },
    "Pulumi.staging.yaml: slipway:database.maxStorageGiB is 20, less than the 50 of storageGiB.\n  Raise it to at least the storage to begin with.",
  ],
  [
    "storage that may grow by less than RDS accepts",
    "staging",
    { "database.maxStorageGiB": 54, "database.storageGiB": 50 },
    "Pulumi.staging.yaml: slipway:database.maxStorageGiB is 54, less than a tenth above the 50 of storageGiB.\n  Set it to 55 or more, or to 50 if storage shall not grow.",
  ],
  [
    "a size that no instance class has",
    "staging",
    { "database.instanceClass": "db.t4g.tiny" },
    'Pulumi.staging.yaml: slipway:database.instanceClass is "db.t4g.tiny", not an RDS instance class such as db.t4g.micro, of a family and size that exist.\n  Correct it. It is the RDS instance class, for example "db.t4g.micro".',
  ],
  [
    "a node type of another service",
    "staging",
    { "cache.nodeType": "db.t4g.micro" },
    'Pulumi.staging.yaml: slipway:cache.nodeType is "db.t4g.micro", not an ElastiCache node type such as cache.t4g.micro.\n  Correct it. It is the ElastiCache node type, for example "cache.t4g.micro".',
  ],
  [
    "a failover with nothing to fail over to",
    "staging",
    { "cache.multiAz": true },
    "Pulumi.staging.yaml: slipway:cache.replicas is 0, but multiAz needs a replica to fail over to.\n  Set it to 1 or more, or set multiAz to false.",
  ],
  [
    "a host of another zone",
    "staging",
    { "edge.hosts.frontend": "staging.example.com" },
    'Pulumi.staging.yaml: slipway:edge.hosts.frontend is "staging.example.com", which is not in the zone "staging.teamflow.app".\n  Choose a host that ends in staging.teamflow.app.',
  ],
  [
    "production's host in staging",
    "staging",
    { "edge.zone": "teamflow.app", "edge.createZone": false, "edge.hosts.frontend": "teamflow.app" },
    'Pulumi.staging.yaml: slipway:edge.hosts.frontend is "teamflow.app", production\'s own host.\n  Choose a host below it, for example staging.teamflow.app.',
  ],
  [
    "a host that serves two environments",
    "prod",
    { "preProduction.hosts.frontend": "teamflow.app" },
    'Pulumi.prod.yaml: slipway:preProduction.hosts.frontend is "teamflow.app", which is used twice.\n  Give each service and environment a host of its own.',
  ],
  [
    "a number of days that CloudWatch does not know",
    "staging",
    { "logs.retentionDays": 31 },
    "Pulumi.staging.yaml: slipway:logs.retentionDays is 31, not 1 or 3 or 5 or 7 or 14 or 30 or 60 or 90 or 120 or 150 or 180 or 365 or 400 or 545 or 731 or 1096 or 1827 or 2192 or 2557 or 2922 or 3288 or 3653.\n  Correct it. It says for how many days logs are kept, for example 30.",
  ],
  [
    "reviewers of an environment, which are the process's to say",
    "dev",
    { "github.environments.development.reviewers": ["qa-lead"] },
    "Pulumi.dev.yaml: slipway:github.environments.development.reviewers is not a setting.\n  Remove it, or use one of: branches, tags, variables, waitMinutes.",
  ],
  [
    "a wait that is longer than GitHub's longest",
    "prod",
    { "github.environments.production.waitMinutes": 50_000 },
    "Pulumi.prod.yaml: slipway:github.environments.production.waitMinutes is 50000, not a whole number from 0 to 43200.\n  Correct it. It is minutes that a deployment waits before it starts, instead of the process's, for example 0.",
  ],
  [
    "a variable that GitHub would refuse",
    "dev",
    { "github.environments.development.variables": { GITHUB_STACK: "dev" } },
    "Pulumi.dev.yaml: slipway:github.environments.development.variables.GITHUB_STACK is not a valid name: it must be upper-case letters, digits and underscores, not starting with GITHUB_ or a digit.\n  Rename the key.",
  ],
  [
    "a flag above a hundred percent",
    "dev",
    { "flags.new_dashboard.rollout": 150 },
    "Pulumi.dev.yaml: slipway:flags.new_dashboard.rollout is 150, not a whole number from 0 to 100.\n  Correct it. It is the share of users that see the feature, in percent, for example 50.",
  ],
  [
    "a name that would not fit",
    "dev",
    { application: "the-best-teamflow-ever" },
    'Pulumi.dev.yaml: slipway:application is "the-best-teamflow-ever", not lower-case letters, digits and hyphens, at most 16.\n  Correct it. It is the application\'s name, the beginning of every physical name, for example "teamflow".',
  ],
  [
    "an account that is a number",
    "staging",
    { "aws.accountId": 123456789012 },
    'Pulumi.staging.yaml: slipway:aws.accountId is 123456789012, not 12 digits in quotes.\n  Correct it. It is the AWS account that this stack may be built in; any account when absent, for example "123456789012".',
  ],
  [
    "a feature environment's life in production",
    "staging",
    { feature: { timeToLiveHours: 24 } },
    'Pulumi.staging.yaml: slipway:feature is for feature environments, not for "staging".\n  Remove it.',
  ],
];

describe("infra/settings", () => {
  for (const stack of ["dev", "staging", "prod"] as const) {
    it(`accepts the committed settings of ${stack}`, () => {
      assert.equal(messageOf(stack, rawSettings(stack)), "(no problem)");
    });
  }

  it("accepts a feature environment, which needs the name pr-<number>", () => {
    const raw = rawSettings("staging");
    change(raw, "environment", "feature");
    assert.equal(messageOf("pr-12", raw), "(no problem)");
    assert.match(messageOf("pr-x", raw), /the stack's name "pr-x" stands for no environment/);
  });

  it("takes an empty group for a release database as production has to have it", () => {
    const raw = rawSettings("prod");
    assert.equal(parseSettings("prod", raw).releases, undefined);
    assert.deepEqual(parseSettings("prod", { ...raw, releases: {} }).releases, {
      instanceClass: "db.t4g.micro",
      storageGiB: 20,
      multiAz: true,
      backupDays: 35,
    });
  });

  it("refuses pre-production as a stack of its own", () => {
    const raw = rawSettings("prod");
    change(raw, "environment", "preProduction");
    assert.match(messageOf("prod", raw), /"preProduction", which is no stack of its own|stands for "production"/);
  });

  it("fills in the defaults", () => {
    const settings = parseSettings("dev", rawSettings("dev"));
    assert.equal(settings.application, "teamflow");
    assert.deepEqual(settings.flags, {});
    assert.equal(settings.services.frontend.scaling.maximum, 1);
    assert.deepEqual(settings.github.environments, {}, "what the process says");
  });

  it("keeps the committed networks of all stacks apart, and off their neighbours' subnets", () => {
    const cidrs = (["staging", "prod"] as const).map((stack) => {
      const network = parseSettings(stack, rawSettings(stack)).network;
      const range = parseCidr(network?.cidr ?? "");
      assert.ok(network && range);
      for (const { cidr } of planSubnets(network, stack === "prod" ? "eks" : "ecs")) {
        const subnet = parseCidr(cidr);
        assert.ok(subnet && contains(range, subnet), `${stack} ${cidr}`);
      }
      return range;
    });
    const [staging, prod] = cidrs;
    assert.ok(staging && prod && !overlaps(staging, prod));
  });

  describe("stops a wrong setting with one clear message", () => {
    for (const [title, stack, changes, message] of wrong) {
      it(title, () => {
        const raw = rawSettings(stack);
        for (const [at, value] of Object.entries(changes)) change(raw, at, value);
        const actual = messageOf(stack, raw);
        if (message.includes("\n")) assert.equal(actual, message);
        else assert.equal(actual.split("\n")[0], message);
      });
    }
  });

  it("tells all problems at once, the first in full view", () => {
    const raw = rawSettings("prod");
    change(raw, "database.multiAz", false);
    change(raw, "network.natGateways", "single");
    change(raw, "edge.wav", true);
    assert.equal(
      messageOf("prod", raw),
      [
        'Pulumi.prod.yaml: slipway:edge.wav is not a setting; did you mean "waf"?',
        '  Rename it to "waf", or remove it.',
        "2 more problems:",
        '  slipway:database.multiAz is false, but the environment "production" requires it.',
        "    Set it to true, or declare another environment in slipway:environment.",
        '  slipway:network.natGateways is "single", but the environment "production" requires "perZone" or "regional".',
        '    Set it to "perZone" or "regional", so that no zone depends on another, or declare another environment in slipway:environment.',
      ].join("\n"),
    );
  });

  describe("refuses a secret and never repeats it", () => {
    const join = (...parts: string[]) => parts.join("");
    for (const [kind, at, value] of [
      ["a GitHub token", "github.token", join("ghp_", "abcdefghijklmnopqrstuvwxyz0123456789")],
      ["an AWS access key", "aws.key", join("AKIA", "ABCDEFGHIJKLMNOP")],
      ["a secret in plain text", "database.password", "hunter2-planted"],
      ["a secret in plain text", "github.environments.development.variables.API_TOKEN", "planted-token"],
      ["an address with a password in it", "database.name", "postgres://app:planted@db/teamflow"],
      ["a private key", "aws.certificate", join("-----BEGIN RSA ", "PRIVATE KEY-----planted")],
      [
        "a Slack webhook address",
        "services.backend.healthPath",
        "https://hooks.slack.com/services/T0/B0/plantedplantedplanted",
      ],
    ] as const) {
      it(`${kind} in ${at}`, () => {
        const raw = rawSettings("dev");
        change(raw, at, value);
        const message = messageOf("dev", raw);
        assert.equal(
          message.split("\n").slice(0, 2).join("\n"),
          `Pulumi.dev.yaml: slipway:${at} looks like ${kind}; settings are committed, so it is no secret any more.\n  Remove it and revoke it; keep secrets in AWS Secrets Manager and name their ARN.`,
        );
        assert.ok(!message.includes(value), message);
      });
    }

    it("a token that is the name of a setting", () => {
      const token = join("ghp_", "abcdefghijklmnopqrstuvwxyz0123456789");
      const message = messageOf("dev", { ...rawSettings("dev"), [token]: "x" });
      assert.ok(message.startsWith("Pulumi.dev.yaml: slipway:(a GitHub token) looks like a GitHub token"), message);
      assert.ok(!message.includes(token));
    });

    it("an encrypted value", () => {
      assert.equal(
        messageOf("dev", { ...rawSettings("dev"), databasePassword: "decrypted" }, ["databasePassword"]),
        "Pulumi.dev.yaml: slipway:databasePassword is encrypted, but Slipway keeps no secrets in a stack's settings.\n  Remove it (pulumi config rm slipway:databasePassword); keep secrets in AWS Secrets Manager and name their ARN.",
      );
    });
  });

  describe("never crashes", () => {
    const stacks = fc.constantFrom<StackName>("dev", "staging", "prod");
    const stops = (stack: string, raw: Record<string, unknown>) => {
      const message = messageOf(stack, raw);
      assert.ok(message === "(no problem)" || /^Pulumi\..*\.yaml: slipway:/s.test(message), message);
    };

    it("on any JSON in place of the settings", () => {
      fc.assert(fc.property(fc.string(), fc.dictionary(fc.string(), fc.jsonValue()), stops), { numRuns: 500 });
    });

    it("on any JSON in place of any one setting", () => {
      const paths = (value: unknown, at: string): string[] =>
        typeof value === "object" && value !== null
          ? [at, ...Object.entries(value).flatMap(([key, inner]) => paths(inner, `${at}.${key}`))]
          : [at];
      const places = (["dev", "staging", "prod"] as const).flatMap((stack) =>
        Object.entries(rawSettings(stack)).flatMap(([key, value]) => paths(value, key).map((at) => ({ stack, at }))),
      );
      fc.assert(
        fc.property(fc.constantFrom(...places), fc.jsonValue(), ({ stack, at }, value) => {
          const raw = rawSettings(stack);
          change(raw, at, value);
          stops(stack, raw);
        }),
        { numRuns: 2000 },
      );
    });

    it("on keys of the language itself", () => {
      fc.assert(
        fc.property(stacks, fc.constantFrom("__proto__", "constructor", "toString", "hasOwnProperty"), (stack, key) => {
          const raw: Record<string, unknown> = rawSettings(stack);
          Object.defineProperty(raw, key, { value: { a: 1 }, enumerable: true });
          stops(stack, raw);
          assert.notEqual(messageOf(stack, raw), "(no problem)");
        }),
      );
    });
  });
});
