import { accessMatrix } from "../../access-matrix.ts";
import { managedPolicies } from "../../grants.ts";
import { statementsOf } from "../../iam.ts";
import { environmentOf } from "../../resource.ts";
import type { ResourceRule } from "../../rule.ts";

const role = "aws:iam/role:Role";
const association = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation";

/** Policies of EKS and of IAM that read and no more. */
const reading =
  /^(AmazonEKS(Admin)?ViewPolicy|AmazonEKSMCPReadOnlyAccess|ReadOnlyAccess|ViewOnlyAccess|SecurityAudit|.+ReadOnly(Access)?|AWSSupportAccess)$/;

export const readOnlyPeople: ResourceRule = {
  name: "read-only-people",
  title: "People read in production",
  severity: "high",
  category: "access matrix",
  description: "Who comes to production or pre-production as a person may read; changes come by a release.",
  rationale: "What somebody changes by hand no one has approved, no audit shows, and the next deployment takes back.",
  remediation: "Give a policy that reads, such as AmazonEKSViewPolicy or ViewOnlyAccess.",
  controls: ["SOC2 CC6.3", "SOC2 CC8.1", "ISO27001 A.8.2", "NIST CM-5", "NIST AC-6(2)"],
  appliesTo: [association, role, "aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment"],
  environments: ["preProduction", "production"],
  judge: (resource) => {
    const { props, type } = resource;
    const given = type === association ? [String(props.policyArn).split("/").at(-1) ?? ""] : managedPolicies(resource);
    // Other roles are for services and workflows.
    const isForPeople =
      type !== role ||
      statementsOf(props.assumeRolePolicy).some(({ principals }) =>
        (principals.Federated ?? []).some((provider) => provider.includes(":saml-provider/")),
      );
    if (!isForPeople || accessMatrix[environmentOf(resource)].people !== "readOnly") return [];
    return given
      .filter((policy) => !reading.test(policy))
      .map((policy) => `lets people write by the policy ${policy}.`);
  },
};
