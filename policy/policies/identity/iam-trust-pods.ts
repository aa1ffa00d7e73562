import { statementName, statementsOf } from "../../iam.ts";
import type { ResourceRule } from "../../rule.ts";
import { demanded, letsAssume } from "../../trust.ts";

/** What EKS says of the pod for which it assumes a role. Source: EKS, "Pod Identity session tags". */
const tags: Readonly<Record<string, string>> = {
  "aws:RequestTag/eks-cluster-arn": "any cluster",
  "aws:RequestTag/kubernetes-namespace": "any namespace",
  "aws:RequestTag/kubernetes-service-account": "any service account",
};

export const iamTrustPods: ResourceRule = {
  name: "iam-trust-pods",
  title: "Pod roles name their pods",
  severity: "medium",
  category: "identity",
  description: "A role for pods of EKS demands the cluster, the namespace and the service account.",
  rationale:
    "An association is a line of configuration: the role's trust is what keeps pre-production's pods out when it is wrong.",
  remediation:
    "Demand aws:RequestTag/eks-cluster-arn, kubernetes-namespace and kubernetes-service-account by StringEquals.",
  controls: ["SOC2 CC6.3", "ISO27001 A.5.15", "ISO27001 A.8.31", "NIST AC-3", "NIST AC-6"],
  appliesTo: ["aws:iam/role:Role"],
  judge: ({ props }) =>
    statementsOf(props.assumeRolePolicy).flatMap((statement, index) =>
      letsAssume(statement) && statement.principals.Service?.includes("pods.eks.amazonaws.com")
        ? Object.entries(tags)
            .filter(([tag]) => demanded(statement, tag).length === 0)
            .map(([, pods]) => `can be assumed for pods of ${pods} in ${statementName(statement, index)}.`)
        : [],
    ),
};
