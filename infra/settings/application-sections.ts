import { z } from "zod";
import { flag, text, whole } from "./fields.ts";

/*
 * The groups of settings that describe the application, its flags and its repository. Every field has a description ("what it
 * is"), which error messages and the editor show. Rules that concern several fields are in rules/.
 */

const cpuQuantity = text(/^([0-9]+m|[0-9]+(\.[0-9]{1,3})?)$/, "a CPU quantity such as 250m or 1");
const memoryQuantity = text(/^[0-9]+(Mi|Gi)$/, "a memory quantity such as 512Mi or 1Gi");
const resourceAmounts = z.strictObject({
  cpu: cpuQuantity.meta({ description: "CPU, in cores or thousandths of one", examples: ["250m"] }),
  memory: memoryQuantity.meta({ description: "memory", examples: ["512Mi"] }),
});

/** One service of the application: the backend or the frontend. */
const serviceSection = z.strictObject({
  port: whole(1, 65535).meta({ description: "the port that the service listens on", examples: [8000] }),
  healthPath: text(/^\/\S*$/, "a path such as /health")
    .default("/")
    .meta({ description: "the path that answers 200 when the service is well", examples: ["/health"] }),
  paths: z
    .array(text(/^\/[A-Za-z0-9_\-.$/~"'@:+&*?]{0,127}$/, "a path pattern such as /api/*"))
    .max(4)
    .default([])
    .meta({
      description:
        "which paths of a shared host go to this service; at most four, since a load balancer rule compares with five values and the host is one",
      examples: [["/api/*"]],
    }),
  fargate: z
    .strictObject({
      cpu: whole(256, 16384).meta({ description: "CPU units, 1024 to a core", examples: [256] }),
      memoryMiB: whole(512, 122880).meta({ description: "memory in MiB", examples: [512] }),
    })
    .meta({ description: "the size of one task on ECS Fargate" })
    .optional(),
  pod: z
    .strictObject({ requests: resourceAmounts, limits: resourceAmounts })
    .meta({ description: "the size of one pod on Kubernetes" })
    .optional(),
  scaling: z
    .strictObject({
      minimum: whole(1, 100)
        .default(1)
        .meta({ description: "copies that always run", examples: [1] }),
      maximum: whole(1, 100)
        .default(1)
        .meta({ description: "copies at most", examples: [4] }),
      cpuPercent: whole(10, 95)
        .default(70)
        .meta({ description: "the CPU use that adds a copy, in percent", examples: [70] }),
      memoryPercent: whole(10, 95)
        .default(80)
        .meta({ description: "the memory use that adds a copy, in percent", examples: [80] }),
    })
    .prefault({})
    .meta({ description: "how many copies run" }),
});

export const servicesSection = z.strictObject({
  backend: serviceSection.meta({ description: "the API" }),
  frontend: serviceSection.meta({ description: "the web application" }),
});

const imageDigest = (image: string) =>
  text(/^sha256:[0-9a-f]{64}$/, "an image digest such as sha256: and 64 hex digits")
    .meta({ description: `the digest of the image of the ${image}, in the stack's own registry` })
    .optional();

/** Which images run. A release writes them; a service whose image is not named yet has no running copy. */
export const imagesSection = z.strictObject({
  backend: imageDigest("backend"),
  frontend: imageDigest("frontend"),
  operator: imageDigest("one-off tasks (this project's Dockerfile)"),
});

/** How a new version takes over from the old one on ECS. */
export const deploymentSection = z.strictObject({
  strategy: z
    .enum(["blueGreen", "rolling"])
    .default("blueGreen")
    .meta({
      description:
        "whether the new version stands complete beside the old one before it gets traffic, or replaces it copy by copy",
      examples: ["blueGreen"],
    }),
  bakeMinutes: whole(0, 1440)
    .default(15)
    .meta({ description: "for how many minutes the old version stays ready after the switch", examples: [15] }),
});

/** A feature environment, `pr-<number>`. */
export const featureSection = z.strictObject({
  timeToLiveHours: whole(1, 336)
    .default(72)
    .meta({
      description: "after how many hours an idle feature environment is destroyed",
      examples: [72],
    }),
});

/** What a stack says otherwise than delivery/process.yaml of one environment of the GitHub repository. */
const gitHubEnvironmentSection = z.strictObject({
  waitMinutes: whole(0, 43200)
    .meta({ description: "minutes that a deployment waits before it starts, instead of the process's", examples: [0] })
    .optional(),
  branches: z
    .array(text(/^[^\s~^:\\]{1,255}$/, "a branch pattern such as release/*"))
    .meta({
      description: "the branches that may deploy, instead of the process's; * does not cross a slash",
      examples: [["develop"]],
    })
    .optional(),
  tags: z
    .array(text(/^[^\s~^:\\]{1,255}$/, "a tag pattern such as v*"))
    .meta({ description: "the tags that may deploy, instead of the process's", examples: [["v*.*.*"]] })
    .optional(),
  variables: z
    .record(
      text(
        /^(?!GITHUB_)[A-Z_][A-Z0-9_]*$/,
        "upper-case letters, digits and underscores, not starting with GITHUB_ or a digit",
      ),
      z.string("text in quotes").max(48_000, "text of at most 48000 characters"),
    )
    .default({})
    .meta({ description: "facts that workflows read as vars.<NAME>, beside the stack's own; no secrets" }),
});

/** The GitHub repository and this stack's environments in it. */
export const gitHubSection = z.strictObject({
  owner: text(/^[A-Za-z0-9](-?[A-Za-z0-9]){0,38}$/, "an organization's name such as teamflow").meta({
    description: "the organization that owns the repository",
    examples: ["teamflow"],
  }),
  repository: text(/^[A-Za-z0-9._-]{1,100}$/, "a repository's name without its owner").meta({
    description: "the repository's name, without its owner",
    examples: ["teamflow"],
  }),
  createRepository: flag("whether the stack creates the repository, for a first try; else it must exist").default(
    false,
  ),
  createTeams: flag("whether the stack creates the approving teams, for a first try; else they must exist").default(
    false,
  ),
  environments: z
    .record(text(/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,254}$/, "an environment's name such as dev"), gitHubEnvironmentSection)
    .default({})
    .meta({ description: "what this stack says otherwise than delivery/process.yaml, by environment of the process" }),
});

/** What a stack says otherwise than delivery/flags.yaml, in that file's words (delivery/flags/flag.ts). */
export const flagsSection = z.record(
  text(/^[A-Za-z][A-Za-z0-9_.-]{0,254}$/, "a flag's name: a letter, then letters, digits, _ . and -"),
  z.strictObject({
    enabled: flag("whether the flag is on; off means off for everyone").optional(),
    rollout: whole(0, 100)
      .meta({ description: "the share of users that see the feature, in percent", examples: [50] })
      .optional(),
    targeting: z
      .record(z.string(), z.json())
      .meta({ description: "the users that are singled out, kept as it is" })
      .optional(),
    active: flag("whether the application sees the flag at all").optional(),
  }),
);
