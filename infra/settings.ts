import { z } from "zod";
import { environments } from "./environment.ts";
import {
  deploymentSection,
  featureSection,
  flagsSection,
  gitHubSection,
  imagesSection,
  servicesSection,
} from "./settings/application-sections.ts";
import {
  awsSection,
  backupSection,
  budgetSection,
  cacheSection,
  databaseSection,
  edgeSection,
  identitySection,
  kubernetesSection,
  logsSection,
  networkSection,
  preProductionSection,
  releasesSection,
  runnerSection,
} from "./settings/aws-sections.ts";
import { explainIssue, type Problem, SettingsError, unknownKey } from "./settings/problems.ts";
import { checkRules } from "./settings/rules.ts";
import { separateSecrets } from "./settings/secrets.ts";

/**
 * Everything a stack's `Pulumi.<stack>.yaml` may say below `slipway:`. This one schema gives the program its types and defaults,
 * the user the error messages, and the editor its completion (settings.schema.json).
 */
export const settingsSchema = z.strictObject({
  environment: z.enum(environments).meta({
    description: "what the stack is for; its rules follow from it",
    examples: ["staging"],
  }),
  platform: z.enum(["local", "ecs", "eks"]).meta({
    description: "where the application runs: processes on this machine, AWS ECS, or AWS EKS",
    examples: ["ecs"],
  }),
  protection: z
    .boolean("true or false")
    .meta({
      description:
        "whether what holds data is protected from deletion; true for staging and production, false elsewhere, when absent",
      examples: [true],
    })
    .optional(),
  application: z
    .string("lower-case letters, digits and hyphens, at most 16")
    .regex(/^(?=.{1,16}$)[a-z][a-z0-9]*(-[a-z0-9]+)*$/, "lower-case letters, digits and hyphens, at most 16")
    .default("teamflow")
    .meta({ description: "the application's name, the beginning of every physical name", examples: ["teamflow"] }),
  services: servicesSection.meta({ description: "the services of the application: backend and frontend" }),
  images: imagesSection.prefault({}).meta({
    description:
      "the images that run, by digest; one that is not named is what the last release, or the last `up`, named",
  }),
  initialImages: imagesSection
    .prefault({})
    .meta({ description: "the images that run until a release names others, by digest" }),
  deployment: deploymentSection.prefault({}).meta({ description: "how a new version takes over" }),
  aws: awsSection.meta({ description: "where in AWS the stack lives" }).optional(),
  network: networkSection.meta({ description: "the VPC: its range, zones and subnets" }).optional(),
  database: databaseSection.prefault({}).meta({ description: "the PostgreSQL server and the database in it" }),
  cache: cacheSection.prefault({}).meta({ description: "the Valkey cache" }),
  edge: edgeSection.meta({ description: "what the internet sees: zone, hosts, firewall" }).optional(),
  kubernetes: kubernetesSection.meta({ description: "the EKS cluster" }).optional(),
  logs: logsSection.prefault({}).meta({ description: "how long logs are kept" }),
  backup: backupSection.meta({ description: "copies of the data beside the database's own backups" }).optional(),
  identity: identitySection.prefault({}).meta({ description: "the trust between GitHub's workflows and the account" }),
  runner: runnerSection.meta({ description: "the GitHub runner inside the VPC; none when absent" }).optional(),
  budget: budgetSection.meta({ description: "an alarm on what the stack costs" }).optional(),
  preProduction: preProductionSection
    .meta({ description: "the environment between staging and production" })
    .optional(),
  releases: releasesSection
    .meta({
      description:
        "the database that records the releases of all environments, about 30 USD a month; none when absent, and an empty group is enough",
    })
    .optional(),
  feature: featureSection.meta({ description: "the life of a feature environment" }).optional(),
  github: gitHubSection.meta({ description: "the GitHub repository and this stack's environments in it" }),
  flags: flagsSection.prefault({}).meta({ description: "what this stack changes in the flags of delivery/flags.yaml" }),
});

/** A stack's settings, checked and complete. */
export type Settings = z.output<typeof settingsSchema>;

/** The raw configuration of a stack: setting name without namespace to its value, structured values already parsed. */
export type RawSettings = Readonly<Record<string, unknown>>;

export { SettingsError } from "./settings/problems.ts";

/**
 * Checks a stack's settings and fills in the defaults.
 *
 * @param stack the stack's name, for example `staging`; the declared environment must be the one that it stands for.
 * @param raw the values below `slipway:`, by name.
 * @param encrypted names of values that are encrypted in the file: Slipway keeps no secret in a stack's settings.
 * @throws SettingsError with all the problems at once; no message repeats a value that looks like a secret.
 */
export function parseSettings(stack: string, raw: RawSettings, encrypted: readonly string[] = []): Settings {
  const file = `Pulumi.${stack}.yaml`;
  const open = Object.fromEntries(Object.entries(raw).filter(([key]) => !encrypted.includes(key)));
  const { secrets, rest } = separateSecrets(open);
  const cleaned = rest as Record<string, unknown>;
  const secretProblems: Problem[] = [
    ...encrypted.map((key) => ({
      path: [key],
      what: "is encrypted, but Slipway keeps no secrets in a stack's settings.",
      remedy: `Remove it (pulumi config rm slipway:${key}); keep secrets in AWS Secrets Manager and name their ARN.`,
    })),
    ...secrets.map(({ path, kind }) => ({
      path,
      what: `looks like ${kind}; settings are committed, so it is no secret any more.`,
      remedy: "Remove it and revoke it; keep secrets in AWS Secrets Manager and name their ARN.",
    })),
  ];

  const draft: Record<string, unknown> = {};
  const formProblems: Problem[] = [];
  for (const [key, schema] of Object.entries(settingsSchema.shape)) {
    const result = schema.safeParse(cleaned[key]);
    if (result.success) draft[key] = result.data;
    else formProblems.push(...result.error.issues.flatMap((issue) => explainIssue(schema, [key], cleaned[key], issue)));
  }
  const known = Object.keys(settingsSchema.shape);
  for (const key of Object.keys(cleaned)) if (!known.includes(key)) formProblems.push(unknownKey([key], key, known));

  const rulesProblems = checkRules({ stack, settings: draft as Partial<Settings>, raw: cleaned });
  const problems = firstOfEach([...secretProblems, ...formProblems, ...rulesProblems]);
  if (problems.length > 0) throw new SettingsError(file, problems);
  return draft as Settings;
}

/** One problem a setting, since mending the first often mends the others; and a misspelt setting is not missing as well. */
function firstOfEach(problems: readonly Problem[]): Problem[] {
  const byName = new Map<string, Problem>();
  for (const each of problems) {
    const name = JSON.stringify(each.path);
    if (!byName.has(name)) byName.set(name, each);
  }
  for (const { meant } of problems) if (meant) byName.delete(JSON.stringify(meant));
  return [...byName.values()];
}
