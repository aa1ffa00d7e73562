import { releaseEnvironment } from "../../process-file.ts";
import type { StackRule } from "../../rule.ts";

const environmentType = "github:index/repositoryEnvironment:RepositoryEnvironment";

export const gitHubGateRoles: StackRule = {
  name: "github-gate-roles",
  title: "A gate for every role that approves",
  severity: "critical",
  category: "release process",
  scope: "stack",
  description:
    "For every role that approves a deployment by delivery/process.yaml the stack has an environment of GitHub in which it does.",
  rationale: "GitHub is content with any one reviewer of an environment: a role without one of its own is never asked.",
  remediation: "Add the environment `<environment>.<role>` with the role's team as reviewer.",
  controls: ["SOC2 CC8.1", "SOC2 CC5.1", "ISO27001 A.8.32", "ISO27001 A.5.3", "NIST CM-3", "NIST AC-5"],
  appliesTo: [environmentType],
  judge: ({ props }, stack) => {
    const { environment, repository } = props;
    if (typeof environment !== "string" || environment.includes(".")) return [];
    const roles = new Set(Object.values(releaseEnvironment(environment)?.approvals ?? {}).flat());
    const gates = new Set(
      stack
        .ofType(environmentType)
        .filter((each) => each.props.repository === repository)
        .map((each) => each.props.environment),
    );
    return [...roles]
      .sort()
      .filter((role) => !gates.has(`${environment}.${role}`))
      .map((role) => `has no environment ${environment}.${role}, in which ${role} approves.`);
  },
};
