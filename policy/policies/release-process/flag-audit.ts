import { containersOf } from "../../kubernetes.ts";
import type { JudgedResource, JudgedStack } from "../../resource.ts";
import type { StackRule } from "../../rule.ts";
import { recordOf, textsOf } from "../../values.ts";

const migrationsType = "pulumi-nodejs:dynamic/slipway:Migrations";
const jobType = "kubernetes:batch/v1:Job";

/** The migration that makes the table of flags makes the triggers with it that record who changed which, and when. */
const recordingMigration = /_feature_flags$/;

export const flagAudit: StackRule = {
  name: "flag-audit",
  title: "Changes of flags are recorded",
  severity: "high",
  category: "release process",
  scope: "stack",
  description:
    "The flags of an environment stand in a database whose schema, which records each change of one, the stack migrates itself.",
  rationale:
    "A flag changes what customers get without a deployment: where nobody records who set it, that change has no author.",
  remediation: "Let the stack migrate the flags' database, with the migration that makes the flags.",
  controls: ["SOC2 CC8.1", "ISO27001 A.8.32", "ISO27001 A.8.15", "NIST AU-2", "NIST CM-3"],
  appliesTo: ["pulumi-nodejs:dynamic/slipway:Flags"],
  environments: ["staging", "preProduction", "production"],
  judge: ({ props }, stack) =>
    isMigratedByProgram(recordOf(props.database), stack) || stack.ofType(jobType).some(migrates)
      ? []
      : ["stands in a database that nothing in the stack migrates, so that no change of a flag is recorded."],
};

function isMigratedByProgram(database: Readonly<Record<string, unknown>>, stack: JudgedStack): boolean {
  return stack.ofType(migrationsType).some(({ props }) => {
    const other = recordOf(props.database);
    const isSame = ["kind", "database", "host", "arn"].every((key) => other[key] === database[key]);
    return isSame && Object.keys(recordOf(props.migrations)).some((name) => recordingMigration.test(name));
  });
}

/** A Job of the operator's image, which finds its database by its environment. */
function migrates(job: JudgedResource): boolean {
  return containersOf(job).some(({ props }) =>
    [...textsOf(props.command), ...textsOf(props.args)].some((word) => word === "migrate"),
  );
}
