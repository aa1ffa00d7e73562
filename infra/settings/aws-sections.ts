import { z } from "zod";
import { isPrivate, parseCidr } from "../cidr.ts";
import { memoryOf } from "../instance-classes.ts";
import { imagesSection } from "./application-sections.ts";
import { cidr, flag, hostName, region, slug, text, whole } from "./fields.ts";

/*
 * The groups of settings that describe what a stack builds in AWS. Every field has a description ("what it is"), which error
 * messages and the editor show. Rules that concern several fields are in rules/.
 */

/** Where in AWS the stack lives. */
export const awsSection = z.strictObject({
  region: region.meta({
    description: "the AWS region of everything in this stack",
    examples: ["us-west-2"],
  }),
  accountId: text(/^[0-9]{12}$/, "12 digits in quotes")
    .meta({
      description: "the AWS account that this stack may be built in; any account when absent",
      examples: ["123456789012"],
    })
    .optional(),
});

const subnetList = (tier: string) =>
  z.array(cidr).meta({ description: `the CIDR blocks of the ${tier} subnets, one for each zone` });

/** The VPC. */
export const networkSection = z.strictObject({
  cidr: cidr
    .refine((value) => {
      const range = parseCidr(value);
      return range !== undefined && isPrivate(range) && range.prefix >= 16 && range.prefix <= 24;
    }, "a private range of size /16 to /24, such as 10.1.0.0/16")
    .meta({ description: "the address range of the VPC; no other stack may use it", examples: ["10.1.0.0/16"] }),
  zones: z
    .array(text(/^[a-z]{2}(-[a-z]+)+-[0-9][a-z]$/, "an availability zone such as us-west-2a"))
    .min(1)
    .max(6)
    .meta({
      description: "the availability zones, in the order of the subnets",
      examples: [["us-west-2a", "us-west-2b"]],
    }),
  subnets: z
    .strictObject({ public: subnetList("public"), private: subnetList("private"), isolated: subnetList("isolated") })
    .meta({
      description:
        "the subnets of each tier, isolated ones without a route to the internet; placed on a grid where more zones move none, when absent",
    })
    .optional(),
  natGateways: z
    .enum(["single", "perZone", "regional"])
    .default("single")
    .meta({ description: "how private subnets reach the internet; one gateway costs about 33 USD a month" }),
  interfaceEndpoints: z.enum(["none", "single", "perZone"]).default("single").meta({
    description:
      "where private subnets reach images, logs, secrets and parameters without the internet: nowhere (through NAT), in one zone, or in each; about 36 USD a month and zone",
  }),
  flowLogs: flag("whether the VPC's traffic is logged, at about 0.50 USD for each GB").default(true),
});

/** A class or type of machine. Alarms follow its memory, so an unknown size is refused: it is a slip of the pen, or AWS's latest. */
const machine = (pattern: RegExp, expected: string) =>
  text(pattern, expected).refine(
    (name) => !pattern.test(name) || memoryOf(name) !== undefined,
    `${expected}, of a family and size that exist`,
  );

const timeWindow = text(
  /^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$/,
  "a daily window in UTC such as 03:00-04:00",
);

const weeklyWindow = text(
  /^(mon|tue|wed|thu|fri|sat|sun):([01][0-9]|2[0-3]):[0-5][0-9]-(mon|tue|wed|thu|fri|sat|sun):([01][0-9]|2[0-3]):[0-5][0-9]$/,
  "a weekly window in UTC such as sun:04:00-sun:05:00",
);

/** The PostgreSQL server and the database in it. */
export const databaseSection = z.strictObject({
  name: text(/^[a-z][a-z0-9_]{0,62}$/, "lower-case letters, digits and underscores, at most 63")
    .meta({
      description: "the name of the application's database; <application>_<stack> when absent",
      examples: ["teamflow_dev"],
    })
    .optional(),
  engineVersion: z
    .enum(["17", "18"])
    .default("17")
    .meta({
      description: "the major version of PostgreSQL, in quotes; minor versions are AWS's business",
      examples: ["17"],
    }),
  instanceClass: machine(/^db\.[a-z][a-z0-9-]*\.[a-z0-9]+$/, "an RDS instance class such as db.t4g.micro")
    .default("db.t4g.micro")
    .meta({ description: "the RDS instance class", examples: ["db.t4g.micro"] }),
  storageGiB: whole(20, 65536)
    .default(20)
    .meta({ description: "the storage to begin with, in GiB", examples: [20] }),
  maxStorageGiB: whole(20, 65536)
    .default(100)
    .meta({ description: "how far storage may grow by itself, in GiB", examples: [100] }),
  multiAz: flag("whether a standby in a second zone takes over when the first fails; doubles the price").default(false),
  backupDays: whole(1, 35)
    .default(7)
    .meta({ description: "for how many days any moment can be restored", examples: [7] }),
  backupWindow: timeWindow
    .default("03:00-04:00")
    .meta({ description: "when the daily backup is taken, in UTC", examples: ["03:00-04:00"] }),
  maintenanceWindow: weeklyWindow
    .default("sun:04:00-sun:05:00")
    .meta({ description: "when AWS may patch the server, in UTC", examples: ["sun:04:00-sun:05:00"] }),
  deletionProtection: flag("whether AWS refuses to delete the database").default(true),
  finalSnapshot: flag("whether a snapshot is taken before the database is deleted").default(true),
  retainOnDestroy: flag("whether a destroy leaves the database; only on the platform local").default(false),
});

/** The server of the release database; what is not said here is as in the application's database. */
export const releasesSection = z.strictObject({
  instanceClass: databaseSection.shape.instanceClass,
  storageGiB: databaseSection.shape.storageGiB,
  multiAz: databaseSection.shape.multiAz.unwrap().default(true),
  backupDays: databaseSection.shape.backupDays
    .unwrap()
    .default(35)
    .meta({ description: "for how many days any moment can be restored", examples: [35] }),
});

/** The Valkey (Redis-protocol) cache. */
export const cacheSection = z.strictObject({
  engineVersion: z
    .enum(["8.0", "8.1", "9.0"])
    .default("8.1")
    .meta({ description: "the version of Valkey, in quotes", examples: ["8.1"] }),
  nodeType: machine(/^cache\.[a-z][a-z0-9-]*\.[a-z0-9]+$/, "an ElastiCache node type such as cache.t4g.micro")
    .default("cache.t4g.micro")
    .meta({ description: "the ElastiCache node type", examples: ["cache.t4g.micro"] }),
  replicas: whole(0, 5)
    .default(0)
    .meta({ description: "read replicas beside the primary node", examples: [1] }),
  multiAz: flag("whether a replica in another zone takes over when the primary fails").default(false),
  snapshotDays: whole(0, 35)
    .default(0)
    .meta({ description: "for how many days snapshots are kept; 0 takes none", examples: [7] }),
});

const hosts = z.strictObject({
  frontend: hostName.meta({ description: "the host of the web application", examples: ["teamflow.app"] }),
  backend: hostName
    .meta({
      description: "the host of the API; the frontend's host, by path, when absent",
      examples: ["api.teamflow.app"],
    })
    .optional(),
});

/** What the internet sees. */
export const edgeSection = z.strictObject({
  zone: hostName.meta({ description: "the Route 53 zone that holds the hosts", examples: ["teamflow.app"] }),
  hosts: hosts.meta({ description: "the hosts of the application" }),
  createZone: flag(
    "whether the stack creates the zone, to be delegated by the zone above it; else the zone must exist",
  ).default(false),
  waf: flag("whether a web application firewall stands before the load balancer; about 10 USD a month").default(false),
});

/** What somebody may do in the cluster. */
const accessSection = z.strictObject({
  role: text(/^arn:aws[a-z-]*:iam::[0-9]{12}:role\/[\w+=,.@/-]{1,512}$/, "the ARN of an IAM role, with its path").meta({
    description: "the IAM role of those who may, with its path",
    examples: [
      "arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Platform_0123456789abcdef",
    ],
  }),
  level: z.enum(["view", "edit", "admin", "clusterAdmin"]).meta({
    description:
      "what they may: see all but secrets; also change what runs; also decide who may do what; everything in the cluster",
    examples: ["view"],
  }),
  namespace: slug("lower-case letters, digits and hyphens")
    .meta({ description: "the only namespace where they may; everywhere when absent", examples: ["teamflow"] })
    .optional(),
});

/** The EKS cluster. */
export const kubernetesSection = z.strictObject({
  version: z
    .enum(["1.35", "1.36"])
    .default("1.36")
    .meta({ description: "the version of Kubernetes, in quotes, one that is in standard support", examples: ["1.36"] }),
  namespace: slug("lower-case letters, digits and hyphens")
    .default("teamflow")
    .meta({
      description: "the namespace of the application",
      examples: ["teamflow"],
    }),
  publicEndpointCidrs: z
    .array(cidr)
    .default([])
    .meta({
      description: "who may reach the API server from the internet; nobody when empty",
      examples: [["203.0.113.0/24"]],
    }),
  access: z.array(accessSection).default([]).meta({
    description:
      "who may use the cluster beside the workflows; whoever runs up in a terminal must be here with the level clusterAdmin",
  }),
  rollout: z
    .strictObject({
      bakeMinutes: whole(0, 60)
        .default(5)
        .meta({ description: "for how many minutes a canary is watched before the others follow", examples: [5] }),
      minReadySeconds: whole(0, 600)
        .default(10)
        .meta({ description: "for how many seconds a new pod must be ready before it counts", examples: [10] }),
      patienceSeconds: whole(15, 3600)
        .default(600)
        .meta({
          description:
            "after how many seconds without progress a rollout has failed; a node that has to be started takes some minutes",
          examples: [600],
        }),
    })
    .prefault({})
    .meta({ description: "how a new version takes over" }),
});

/** How long logs are kept; CloudWatch knows only these numbers of days. */
export const logsSection = z.strictObject({
  retentionDays: z
    .literal([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653])
    .default(30)
    .meta({ description: "for how many days logs are kept", examples: [30] }),
});

/** Copies of the data beside the database's own backups. */
export const backupSection = z.strictObject({
  retentionDays: whole(7, 3650).meta({ description: "for how many days copies are kept in the vault", examples: [35] }),
  lockVault: flag("whether nobody, not even the account's root, may delete copies early"),
  copyToRegion: region.meta({
    description: "the second region that holds a copy of each backup",
    examples: ["us-east-2"],
  }),
});

/** How the identity of GitHub's workflows becomes one of this account. */
export const identitySection = z.strictObject({
  createOidcProvider: flag(
    "whether the stack creates the account's OIDC provider for GitHub; an account has one, so a second stack in it says false",
  ).default(true),
});

/** The GitHub runner inside the VPC, which reaches what the internet cannot. */
export const runnerSection = z.strictObject({
  connectionArn: text(
    /^arn:aws[a-z-]*:(codeconnections|codestar-connections):[a-z0-9-]+:[0-9]{12}:connection\/[0-9a-f-]{36}$/,
    "the ARN of an AWS CodeConnections connection",
  ).meta({
    description: "the connection to GitHub, which a person authorizes once in the AWS console",
    examples: ["arn:aws:codeconnections:us-west-2:123456789012:connection/0f4e0f9c-58a5-4b2c-9d0e-3a6a7d5f1c11"],
  }),
  computeType: z
    .enum(["BUILD_GENERAL1_SMALL", "BUILD_GENERAL1_MEDIUM", "BUILD_GENERAL1_LARGE"])
    .default("BUILD_GENERAL1_SMALL")
    .meta({
      description: "the size of the runner; a small one costs about 0.005 USD a minute",
      examples: ["BUILD_GENERAL1_SMALL"],
    }),
});

/** An alarm on what the stack costs. */
export const budgetSection = z.strictObject({
  monthlyUsd: whole(1, 1_000_000).meta({ description: "what the stack may cost a month, in USD", examples: [150] }),
  notify: z
    .array(z.email("a mail address such as platform@teamflow.app"))
    .min(1)
    .max(10)
    .meta({ description: "who is told at 80 and 100 percent, by mail", examples: [["platform@teamflow.app"]] }),
});

/** The environment between staging and production: a namespace beside production with its own data. */
export const preProductionSection = z.strictObject({
  namespace: slug("lower-case letters, digits and hyphens")
    .default("teamflow-pre")
    .meta({
      description: "the namespace of pre-production",
      examples: ["teamflow-pre"],
    }),
  hosts: hosts.meta({ description: "the hosts of pre-production" }),
  database: databaseSection.prefault({}).meta({ description: "pre-production's own database" }),
  cache: cacheSection.prefault({}).meta({ description: "pre-production's own cache" }),
  images: imagesSection.prefault({}).meta({
    description: "the images that pre-production runs, by digest; each that is not named is production's",
  }),
});
