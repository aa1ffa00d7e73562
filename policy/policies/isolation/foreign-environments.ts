import { type Environment, environmentOfStack } from "../../resource.ts";
import type { ResourceRule } from "../../rule.ts";

/** Words between separators that name an environment in ARNs and images. */
const words: Readonly<Record<Environment, RegExp>> = {
  development: /(^|[^a-z0-9])(dev|development)(?![a-z0-9])/gi,
  feature: /(^|[^a-z0-9])(pr-[0-9]+)(?![a-z0-9])/gi,
  staging: /(^|[^a-z0-9])(stage|staging)(?![a-z0-9])/gi,
  preProduction: /(^|[^a-z0-9])(pre-?prod(uction)?)(?![a-z0-9])/gi,
  production: /(^|[^a-z0-9])(prod|production)(?![a-z0-9])/gi,
};

/** What a stack may name beside itself. Feature environments are cut from staging; production's stack has pre-production. */
const neighbours: Readonly<Record<Environment, readonly Environment[]>> = {
  development: ["development"],
  feature: ["staging"],
  staging: ["staging"],
  preProduction: ["preProduction", "production"],
  production: ["preProduction", "production"],
};

/** The part of an ARN that its owner chose, AWS's own policies left out; and the repository of an image in ECR. */
const names: readonly RegExp[] = [
  /\barn:[a-z-]+:[a-z0-9-]*:[a-z0-9*-]*:(?:[0-9]{12}|\*)?:([^\s"',]+)/g,
  /\b[0-9]{12}\.dkr\.ecr\.[a-z0-9.-]+\/([^\s"'@]+)/g,
];

export const foreignEnvironments: ResourceRule = {
  name: "foreign-environments",
  title: "No resource of another environment",
  severity: "critical",
  category: "isolation",
  description: "No input names a resource or an image of another environment.",
  rationale:
    "Environments share an account: what reaches from staging into production, or the other way round, carries test data, faults and intruders along.",
  remediation: "Name this environment's own resource; to keep another one away, write it into a statement that denies.",
  controls: ["ISO27001 A.8.31", "SOC2 CC6.1", "SOC2 CC6.3", "NIST AC-4", "NIST SC-7(21)", "GDPR 25(1)"],
  appliesTo: "every resource",
  judge: ({ props, stack }) =>
    Object.keys(props).flatMap((key) => {
      const found = texts(props[key]).flatMap((text) => foreignNames(text, stack));
      return [...new Set(found)].map((name) => `names ${name} of another environment in its input ${key}.`);
    }),
};

/** All texts of a value and of the JSON in it, but for what its policies deny or leave out. */
function texts(value: unknown): readonly string[] {
  if (typeof value === "string") {
    if (!/^\s*[[{]/.test(value)) return [value];
    try {
      return texts(JSON.parse(value));
    } catch {
      return [value];
    }
  }
  if (typeof value !== "object" || value === null) return [];
  if ("Effect" in value && value.Effect === "Deny") return [];
  return Object.entries(value).flatMap(([key, inner]) => (/^Not[A-Z]/.test(key) ? [] : texts(inner)));
}

function foreignNames(text: string, stack: string): readonly string[] {
  return names.flatMap((pattern) =>
    [...text.matchAll(pattern)].filter(([, chosen = ""]) => isForeign(chosen, stack)).map(([whole]) => whole),
  );
}

function isForeign(name: string, stack: string): boolean {
  const own = neighbours[environmentOfStack(stack)];
  // Pre-production's name holds production's.
  const found = Object.entries(words).flatMap(([environment, pattern]) =>
    [...name.matchAll(pattern)].filter(([, , word]) => word !== stack).map(() => environment as Environment),
  );
  return found.some((environment) => !own.includes(environment));
}
