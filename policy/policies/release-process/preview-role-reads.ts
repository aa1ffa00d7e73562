import { attaches, attachmentTypes, identityStatements, managedPolicies } from "../../grants.ts";
import { statementsOf } from "../../iam.ts";
import { namedBy } from "../../relations.ts";
import type { JudgedResource, JudgedStack } from "../../resource.ts";
import type { StackRule } from "../../rule.ts";
import { demanded, gitHubIssuer, letsAssume } from "../../trust.ts";

const role = "aws:iam/role:Role";

/** Verbs with which IAM's actions read. Decrypt reads what one may read anyway. */
const reading =
  /^[a-z0-9-]+:(BatchGet|Decrypt|Describe|Detect|Get|Head|List|Lookup|Query|Scan|Search|Select|Simulate|Validate|View)/;

export const previewRoleReads: StackRule = {
  name: "preview-role-reads",
  title: "Pull requests change nothing",
  severity: "critical",
  category: "release process",
  scope: "stack",
  description: "A role that a pull request's jobs may take on reads, and changes nothing.",
  rationale:
    "A pull request runs its own code before anybody has seen it: what its role may write, everybody who may push may.",
  remediation: "Give it actions that read, such as Describe, Get and List, and deploy with the role of an environment.",
  controls: ["SOC2 CC8.1", "SOC2 CC6.3", "ISO27001 A.8.4", "NIST CM-5", "NIST AC-6"],
  appliesTo: [role],
  judge: (resource, stack) => {
    const isForPullRequests = statementsOf(resource.props.assumeRolePolicy).some(
      (statement) =>
        letsAssume(statement) &&
        demanded(statement, `${gitHubIssuer}:sub`).some((subject) => subject.endsWith(":pull_request")),
    );
    if (!isForPullRequests) return [];
    const { documents, managed } = grantsOf(resource, stack);
    const allowed = documents
      .flatMap(identityStatements)
      .filter(({ statement }) => statement.allows)
      .flatMap(({ statement: { actions, notActions } }) => [
        ...actions,
        ...(notActions.length > 0 ? ["all but some"] : []),
      ]);
    const writes = [...new Set(allowed.filter((action) => !reading.test(action)))];
    return [
      ...(writes.length === 0 ? [] : [`lets pull requests do ${writes.join(", ")}.`]),
      ...managed
        .filter((name) => !/ReadOnly|ViewOnly|^SecurityAudit$/.test(name))
        .map((name) => `gives pull requests the policy ${name}.`),
    ];
  },
};

/** The documents that a role has, of its own and by attachment, and the policies of AWS. */
function grantsOf(judged: JudgedResource, stack: JudgedStack): { documents: JudgedResource[]; managed: string[] } {
  const belongs = (each: JudgedResource) => namedBy(each, "role", [judged]).length > 0;
  const attachments = stack.ofType(...attachmentTypes.filter((type) => type !== role)).filter(belongs);
  const attached = stack
    .ofType("aws:iam/policy:Policy")
    .filter((policy) => [judged, ...attachments].some((each) => attaches(each, policy)));
  return {
    documents: [judged, ...stack.ofType("aws:iam/rolePolicy:RolePolicy").filter(belongs), ...attached],
    managed: [judged, ...attachments].flatMap(managedPolicies),
  };
}
