import { type Statement, statementName, statementsOf } from "../../iam.ts";
import { buildsFor, releaseEnvironment } from "../../process-file.ts";
import type { ResourceRule } from "../../rule.ts";
import { demanded, gitHubIssuer, letsAssume } from "../../trust.ts";

const environmentSubject = /^repo:[^:]+:environment:(.+)$/;

/** `owner/name/.github/workflows/file.yml@refs/heads/main`, the ref at least begun. */
const pinnedWorkflow = /^[^*?]+\/\.github\/workflows\/[^*?]+@refs\/(heads|tags)\/[^*?]/;

export const deployRoleTrust: ResourceRule = {
  name: "deploy-role-trust",
  title: "Deployments by their workflow alone",
  severity: "critical",
  category: "release process",
  description:
    "A role with which an environment is deployed trusts that environment's jobs, and only those of named workflows.",
  rationale:
    "Every workflow of every branch can name an environment; without job_workflow_ref a new file in a pull request deploys, and another environment's job changes this one.",
  remediation:
    "Demand sub with the environments of this stack, and job_workflow_ref with the workflow's file and its ref.",
  controls: ["SOC2 CC8.1", "SOC2 CC6.3", "ISO27001 A.8.31", "ISO27001 A.8.32", "NIST CM-5", "NIST AC-3"],
  appliesTo: ["aws:iam/role:Role"],
  judge: ({ props, stack }) =>
    statementsOf(props.assumeRolePolicy).flatMap((statement, index) =>
      letsAssume(statement) ? problems(statement, stack, statementName(statement, index)) : [],
    ),
};

function problems(statement: Statement, stack: string, name: string): readonly string[] {
  const subjects = demanded(statement, `${gitHubIssuer}:sub`);
  const deployed = [...new Set(subjects.flatMap((subject) => environmentSubject.exec(subject)?.[1] ?? []))];
  if (deployed.length === 0) return [];
  const workflows = demanded(statement, `${gitHubIssuer}:job_workflow_ref`);
  return [
    ...deployed
      .filter((environment) => {
        const process = releaseEnvironment(environment);
        return process !== undefined && !buildsFor(process, stack);
      })
      .map(
        (environment) =>
          `trusts jobs of the environment ${environment}, which is not of the stack ${stack}, in ${name}.`,
      ),
    ...subjects
      .filter((subject) => !environmentSubject.test(subject))
      .map((subject) => `trusts ${subject} as it does the environment's jobs, in ${name}.`),
    ...(workflows.length > 0 ? [] : [`trusts jobs of any workflow in ${name}.`]),
    ...workflows
      .filter((workflow) => !pinnedWorkflow.test(workflow))
      .map((workflow) => `trusts jobs of the workflows ${workflow} in ${name}.`),
  ];
}
