import { environmentOfStack } from "../../environment.ts";
import { problem, type Rule } from "./rule.ts";

export const stackStandsForEnvironment: Rule = ({ stack, settings: { environment } }) => {
  if (environment === undefined) return [];
  const expected = environmentOfStack(stack);
  if (expected === environment) return [];
  return expected === undefined
    ? [
        problem(
          ["environment"],
          `is "${environment}", but the stack's name "${stack}" stands for no environment.`,
          "Name the stack dev, staging, prod, or pr-<number> for a feature environment.",
        ),
      ]
    : [
        problem(
          ["environment"],
          `is "${environment}", but the stack "${stack}" stands for "${expected}".`,
          `Set it to "${expected}", or select another stack.`,
        ),
      ];
};

const platforms: Readonly<Record<string, readonly string[]>> = {
  development: ["local", "ecs"],
  feature: ["ecs"],
  staging: ["ecs"],
  production: ["eks"],
};

export const platformFitsEnvironment: Rule = ({ settings: { environment, platform } }) => {
  if (environment === undefined || platform === undefined) return [];
  if (environment === "preProduction") {
    return [
      problem(
        ["environment"],
        'is "preProduction", which is no stack of its own: it lives beside production.',
        "Describe it in slipway:preProduction of Pulumi.prod.yaml.",
      ),
    ];
  }
  const allowed = platforms[environment] ?? [];
  if (allowed.includes(platform)) return [];
  const list = allowed.map((name) => `"${name}"`).join(" or ");
  return [
    problem(
      ["platform"],
      `is "${platform}", but the environment "${environment}" runs on ${list}.`,
      `Set it to ${list}, or declare another environment in slipway:environment.`,
    ),
  ];
};

/** Groups that a platform cannot do without, and settings that have no effect on it. */
const platformNeeds = {
  local: {
    needs: [],
    ignores: [
      "protection",
      "aws",
      "network",
      "cache",
      "edge",
      "images",
      "initialImages",
      "deployment",
      "identity",
      "runner",
      "kubernetes",
      "logs",
      "backup",
      "budget",
      "preProduction",
      "releases",
    ],
  },
  ecs: { needs: ["aws", "network", "edge"], ignores: ["kubernetes", "preProduction", "releases"] },
  eks: { needs: ["aws", "network", "edge", "kubernetes", "backup"], ignores: ["feature", "deployment"] },
} as const;

export const groupsFitPlatform: Rule = ({ settings, raw }) => {
  const { platform } = settings;
  if (platform === undefined) return [];
  const { needs, ignores } = platformNeeds[platform];
  const missing = needs
    .filter((group) => raw[group] === undefined)
    .map((group) =>
      problem([group], `is missing, but the platform "${platform}" needs it.`, `Add the group slipway:${group}.`),
    );
  const useless = ignores
    .filter((group) => raw[group] !== undefined)
    .map((group) => problem([group], `has no effect on the platform "${platform}".`, "Remove it."));
  return [...missing, ...useless];
};

/** What the database is on this machine is not the stack's business; elsewhere deletionProtection says what may go. */
export const databaseSettingsFitPlatform: Rule = ({ settings: { platform }, raw }) => {
  if (platform === undefined || typeof raw.database !== "object" || raw.database === null) return [];
  const local = ["name", "retainOnDestroy"];
  const useless = Object.keys(raw.database).filter((key) =>
    platform === "local" ? !local.includes(key) : key === "retainOnDestroy",
  );
  return useless.map((key) => problem(["database", key], `has no effect on the platform "${platform}".`, "Remove it."));
};

export const featureBelongsToFeature: Rule = ({ settings: { environment }, raw }) =>
  raw.feature !== undefined && environment !== undefined && environment !== "feature"
    ? [problem(["feature"], `is for feature environments, not for "${environment}".`, "Remove it.")]
    : [];
