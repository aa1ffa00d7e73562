/**
 * What each environment is for and what may be done in it. Plain data and pure functions: the settings check, the program and
 * the command line all ask here, so a rule is written once.
 *
 * Source: seeds/003 ("Environment Access Matrix", "Environment-Specific Configuration") for production, staging and
 * development (its "local test"). It does not know feature environments and pre-production; where it is silent, seeds/002
 * decides, and where that is silent too, the stricter neighbour's rule holds.
 */

/** In the order of promotion. An environment is declared in the settings, never guessed from a URL or a name. */
export const environments = ["development", "feature", "staging", "preProduction", "production"] as const;
export type Environment = (typeof environments)[number];

export const operations = [
  "rlsTesting",
  "migrationTesting",
  "loadTesting",
  "featureDevelopment",
  "dataExperiments",
  "customerDemos",
] as const;
export type Operation = (typeof operations)[number];

/** `limited`: small volumes only. `readOnly`: nothing may be written. */
export type Permission = "allowed" | "limited" | "readOnly" | "never";

/** The rules of one environment beside the operation matrix. */
export interface EnvironmentRules {
  /** May hold test or made-up data. */
  readonly allowTestData: boolean;
  /** A fresh backup must exist before anything changes data or schema. */
  readonly requireBackup: boolean;
  /** What the application logs. */
  readonly logLevel: "debug" | "info" | "error";
  /** A person must type the environment's name before a command changes it. */
  readonly requireConfirmation: boolean;
}

const rules: Readonly<Record<Environment, EnvironmentRules>> = {
  development: { allowTestData: true, requireBackup: false, logLevel: "debug", requireConfirmation: false },
  feature: { allowTestData: true, requireBackup: false, logLevel: "debug", requireConfirmation: false },
  staging: { allowTestData: true, requireBackup: false, logLevel: "info", requireConfirmation: false },
  // Holds a subset of production's data (seeds/002), so production's care; a little more logging, to find causes.
  preProduction: { allowTestData: false, requireBackup: true, logLevel: "info", requireConfirmation: true },
  production: { allowTestData: false, requireBackup: true, logLevel: "error", requireConfirmation: true },
};

const matrix: Readonly<Record<Environment, Readonly<Record<Operation, Permission>>>> = {
  development: {
    rlsTesting: "allowed",
    migrationTesting: "allowed",
    loadTesting: "limited",
    featureDevelopment: "allowed",
    dataExperiments: "allowed",
    customerDemos: "never",
  },
  // A branch's own environment: as staging, but small (load) and short-lived (no customer is shown it).
  feature: {
    rlsTesting: "allowed",
    migrationTesting: "allowed",
    loadTesting: "limited",
    featureDevelopment: "allowed",
    dataExperiments: "allowed",
    customerDemos: "never",
  },
  staging: {
    rlsTesting: "allowed",
    migrationTesting: "allowed",
    loadTesting: "allowed",
    featureDevelopment: "allowed",
    dataExperiments: "allowed",
    customerDemos: "allowed",
  },
  // As production, but for the load test that seeds/002 demands there before a release.
  preProduction: {
    rlsTesting: "never",
    migrationTesting: "never",
    loadTesting: "allowed",
    featureDevelopment: "never",
    dataExperiments: "never",
    customerDemos: "readOnly",
  },
  production: {
    rlsTesting: "never",
    migrationTesting: "never",
    loadTesting: "never",
    featureDevelopment: "never",
    dataExperiments: "never",
    customerDemos: "readOnly",
  },
};

/** Environments whose data outlive a mistake: what holds data is protected there unless the settings say otherwise. */
export function protectsData(environment: Environment): boolean {
  return environment === "staging" || environment === "preProduction" || environment === "production";
}

/** The rules of an environment (test data, backups, logging, confirmation). */
export function rulesOf(environment: Environment): EnvironmentRules {
  return rules[environment];
}

/** Whether, and how far, an operation may be done in an environment. */
export function permissionFor(environment: Environment, operation: Operation): Permission {
  return matrix[environment][operation];
}

/** What somebody may do in an environment, and why not more. */
export interface Verdict {
  readonly environment: Environment;
  readonly operation: Operation;
  readonly permission: Permission;
  /** The reason of a refusal or a limit, a clause; undefined when all is allowed. */
  readonly why?: string;
  /** Where the rule comes from. */
  readonly source: string;
  /** Where it may be done without limits. */
  readonly instead: readonly Environment[];
}

/** The source's matrix gives no reasons; these are what the sources say around it. */
const reasons: Readonly<Record<Operation, Partial<Record<Permission, string>>>> = {
  rlsTesting: { never: "such a test reads and writes as other tenants, and here the tenants are customers" },
  migrationTesting: { never: "a migration is tried where its failure harms nobody; only proved ones come here" },
  loadTesting: { never: "customers would feel it", limited: "small volumes only, since the environment is small" },
  featureDevelopment: { never: "nothing unfinished runs beside customers' data" },
  dataExperiments: { never: "the data are customers'" },
  customerDemos: {
    never: "it shows what is unfinished and may be gone tomorrow",
    readOnly: "customers are shown what is there, and nothing is written for it",
  },
};

const accessMatrix = '"Staging Environment Architecture Design", Environment Access Matrix';

/** The matrix's own columns are production, staging and local test; the two others take their neighbour's rules. */
const sources: Readonly<Record<Environment, string>> = {
  development: `${accessMatrix}, column "Local Test"`,
  feature: `${accessMatrix}, column "Local Test": a feature environment is as small`,
  staging: `${accessMatrix}, column "Staging"`,
  preProduction: `${accessMatrix}, column "Production": pre-production holds production's data`,
  production: `${accessMatrix}, column "Production"`,
};

/** Judges an operation in an environment, with reason and source. */
export function judge(environment: Environment, operation: Operation): Verdict {
  const permission = permissionFor(environment, operation);
  const why = reasons[operation][permission];
  const loadTest = environment === "preProduction" && operation === "loadTesting";
  return {
    environment,
    operation,
    permission,
    ...(why !== undefined && { why }),
    source: loadTest ? '"Deployment Approval Chain", which demands a load test before a release' : sources[environment],
    instead: environmentsAllowing(operation),
  };
}

/** The environments in which an operation is allowed without limits, in the order of promotion. */
export function environmentsAllowing(operation: Operation): Environment[] {
  return environments.filter((environment) => permissionFor(environment, operation) === "allowed");
}

/**
 * The environment that a stack's name stands for: `dev`, `staging`, `prod`, and `pr-<number>` for a feature environment.
 * @returns undefined for any other name.
 */
export function environmentOfStack(stack: string): Environment | undefined {
  if (pullRequestOf(stack) !== undefined) return "feature";
  return stackEnvironments.get(stack);
}

/**
 * The pull request that a feature stack belongs to: 42 for `pr-42`.
 * @returns undefined for any other name. Numbers end at 999999, so that physical names stay short.
 */
export function pullRequestOf(stack: string): number | undefined {
  return /^pr-[1-9][0-9]{0,5}$/.test(stack) ? Number(stack.slice("pr-".length)) : undefined;
}

const stackEnvironments: ReadonlyMap<string, Environment> = new Map([
  ["dev", "development"],
  ["staging", "staging"],
  ["prod", "production"],
]);
