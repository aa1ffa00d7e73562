import type { Environment } from "./resource.ts";

/** How much of an operation an environment allows. */
type Permission = "allowed" | "limited" | "readOnly" | "never";

/** What the application writes to its log, from the least on. */
export const logLevels = ["fatal", "error", "warn", "info", "debug", "trace"] as const;
type LogLevel = (typeof logLevels)[number];

/** What may be done in an environment, as far as its resources show it. */
export interface Access {
  readonly allowTestData: boolean;
  readonly logLevel: LogLevel;
  readonly rlsTesting: Permission;
  readonly loadTesting: Permission;
  readonly dataExperiments: Permission;
  /** What people do there who look at the running system: the matrix has customer demos. */
  readonly people: Permission;
}

const open = { allowTestData: true, rlsTesting: "allowed", dataExperiments: "allowed", people: "allowed" } as const;
const closed = { allowTestData: false, rlsTesting: "never", dataExperiments: "never", people: "readOnly" } as const;

/**
 * The "Environment Access Matrix" and the "Environment-Specific Configuration" of "Staging Environment Architecture Design"
 * (seeds/003), stated anew: policies must not trust the program that they judge. "Local Test" is development here, and feature
 * environments follow it. Pre-production, which the source does not know, holds production's data and so its rules, but for the
 * load test that the "Deployment Approval Chain" (seeds/002) demands there, and the log level at which causes are found.
 */
export const accessMatrix: Readonly<Record<Environment, Access>> = {
  development: { ...open, logLevel: "debug", loadTesting: "limited" },
  feature: { ...open, logLevel: "debug", loadTesting: "limited" },
  staging: { ...open, logLevel: "info", loadTesting: "allowed" },
  preProduction: { ...closed, logLevel: "info", loadTesting: "allowed" },
  production: { ...closed, logLevel: "error", loadTesting: "never" },
};
