import { createHash } from "node:crypto";

/**
 * Names and tags of everything outside Pulumi. A physical name is `<application>-<stack>-<part>...`; one that is too long for
 * its service keeps its beginning and ends in a hash of the whole, so it stays stable and distinct. Pure: the same context and
 * parts give the same name for ever, and a display name never takes part in it.
 */
export interface NamingContext {
  /** The application, for example `teamflow`. */
  readonly application: string;
  /** The Pulumi stack, for example `staging` or `pr-12`. */
  readonly stack: string;
  /** The declared environment, for example `staging` (a tag, never a part of a name). */
  readonly environment: string;
}

interface NameRule {
  /** The longest name that the service accepts, in characters. */
  readonly limit: number;
  /** What stands between the parts. @default "-" */
  readonly separator?: "-" | "_" | "/";
  /** What stands before the name and counts for its length. */
  readonly prefix?: string;
}

/** Length limits as the services document them (AWS: each service's CreateX reference; PostgreSQL: NAMEDATALEN - 1). */
const nameRules = {
  backupPlan: { limit: 50 },
  backupVault: { limit: 50 },
  bucket: { limit: 63 },
  budget: { limit: 100 },
  cacheParameterGroup: { limit: 255 },
  cacheReplicationGroup: { limit: 40 },
  cacheSnapshot: { limit: 255 },
  cacheSubnetGroup: { limit: 255 },
  cacheUser: { limit: 40 },
  codeBuildProject: { limit: 150 },
  databaseInstance: { limit: 63 },
  databaseParameterGroup: { limit: 255 },
  databaseSnapshot: { limit: 255 },
  databaseSubnetGroup: { limit: 255 },
  ecsCluster: { limit: 255 },
  ecsService: { limit: 255 },
  ecsTaskFamily: { limit: 255 },
  eksCluster: { limit: 100 },
  iamPolicy: { limit: 128 },
  iamRole: { limit: 64 },
  kmsAlias: { limit: 256, prefix: "alias/" },
  kubernetesName: { limit: 63 },
  loadBalancer: { limit: 32 },
  logGroup: { limit: 512, separator: "/", prefix: "/" },
  metricAlarm: { limit: 255 },
  nameTag: { limit: 256 },
  postgresIdentifier: { limit: 63, separator: "_" },
  repository: { limit: 256, separator: "/" },
  secret: { limit: 512, separator: "/" },
  securityGroup: { limit: 255 },
  snsTopic: { limit: 256 },
  targetGroup: { limit: 32 },
  webAcl: { limit: 128 },
  // WAF writes only to log groups whose names begin so.
  webAclLogGroup: { limit: 512, prefix: "aws-waf-logs-" },
} as const satisfies Record<string, NameRule>;

export type NameKind = keyof typeof nameRules;

/** Every kind of name with its length limit in characters. */
export const nameLimits: Readonly<Record<NameKind, number>> = Object.fromEntries(
  Object.entries(nameRules).map(([kind, rule]) => [kind, rule.limit]),
) as Record<NameKind, number>;

const hashLength = 8;

/**
 * The physical name of a thing.
 *
 * @param kind decides length, separator and prefix.
 * @param parts what the thing is, lower case, for example `backend`, `alb`; none for the stack's main one.
 * @throws RangeError when a part is not lower-case letters, digits and single hyphens (a mistake in the program).
 * @example physicalName({ application: "teamflow", stack: "staging", environment: "staging" }, "loadBalancer", "public")
 *   // "teamflow-staging-public"
 */
export function physicalName(context: NamingContext, kind: NameKind, ...parts: readonly string[]): string {
  const rule: NameRule = nameRules[kind];
  const separator = rule.separator ?? "-";
  const prefix = rule.prefix ?? "";
  const segments = [context.application, context.stack, ...parts];
  for (const segment of segments) {
    if (/^[a-z0-9]+(-[a-z0-9]+)*$/.test(segment)) continue;
    throw new RangeError(`"${segment}" cannot be part of a name: lower-case letters, digits and single hyphens can.`);
  }
  const name = segments.map((segment) => (separator === "_" ? segment.replaceAll("-", "_") : segment)).join(separator);
  return prefix + shorten(name, rule.limit - prefix.length, separator === "/" ? "-" : separator);
}

/** Keeps the beginning of a name that is too long and ends it with a hash of the whole name. */
function shorten(name: string, limit: number, separator: string): string {
  if (name.length <= limit) return name;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, hashLength);
  const kept = name.slice(0, limit - hashLength - 1).replace(/[-_/]+$/, "");
  return `${kept}${separator}${hash}`;
}

/**
 * The tags of every resource that takes tags.
 * @param name what people see in a console; changing it changes no identity.
 */
export function tags(context: NamingContext, name?: string): Record<string, string> {
  return {
    Project: context.application,
    Environment: context.environment,
    Stack: context.stack,
    ManagedBy: "pulumi",
    ...(name === undefined ? {} : { Name: name }),
  };
}
