import { objectNameOf } from "../../kubernetes.ts";
import type { ResourceRule } from "../../rule.ts";
import { recordOf, recordsOf, textsOf } from "../../values.ts";

const entry = "aws:eks/accessEntry:AccessEntry";
const association = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation";
const configMap = "kubernetes:core/v1:ConfigMap";

export const kubernetesAdministrators: ResourceRule = {
  name: "kubernetes-administrators",
  title: "No standing administrators of a cluster",
  severity: "critical",
  category: "identity",
  description:
    "Nobody is bound to cluster-admin or in system:masters, and no access policy makes an administrator of the whole cluster.",
  rationale:
    "Such an identity reads every Secret and runs on every node; no role can take anything from system:masters.",
  remediation:
    "Bind a role with the verbs and resources that are needed, and give an administrator's access by an access entry for the hour in which it is.",
  controls: ["CIS-K8S 5.1.1", "CIS-K8S 5.1.7", "SOC2 CC6.3", "ISO27001 A.8.2", "NIST AC-6(5)"],
  appliesTo: [
    entry,
    association,
    configMap,
    "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding",
    "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
  ],
  judge: ({ props, type }) => {
    if (type === entry)
      return textsOf(props.kubernetesGroups).includes("system:masters")
        ? ["puts its principal into system:masters."]
        : [];
    if (type === association) {
      const policy = String(props.policyArn).split("/").at(-1) ?? "";
      const isWhole = recordOf(props.accessScope).type !== "namespace";
      return policy === "AmazonEKSClusterAdminPolicy" || (policy === "AmazonEKSAdminPolicy" && isWhole)
        ? [`makes its principal an administrator by ${policy}.`]
        : [];
    }
    if (type === configMap)
      return objectNameOf({ props }) === "aws-auth" && JSON.stringify(recordOf(props.data)).includes("system:masters")
        ? ["puts somebody into system:masters."]
        : [];
    const groups = recordsOf(props.subjects).filter(({ name }) => name === "system:masters");
    return [
      ...(recordOf(props.roleRef).name === "cluster-admin" ? ["binds cluster-admin."] : []),
      ...(groups.length > 0 ? ["binds a role to system:masters."] : []),
    ];
  },
};
