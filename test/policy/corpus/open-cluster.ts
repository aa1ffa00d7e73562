import * as aws from "@pulumi/aws";
import * as k8s from "@pulumi/kubernetes";
import { account, flawsOf, kept, keyArn, type Program, tags } from "./program.ts";

const namespace = "ledger";

function program(): void {
  clusters();
  access();
}

function clusters(): void {
  new aws.eks.Cluster("legacy", {
    roleArn: `arn:aws:iam::${account}:role/legacy-cluster`,
    version: "1.27",
    vpcConfig: { subnetIds: ["subnet-0a1b2c3d4e5f60718"] },
  });
  new aws.eks.Addon("dns", { clusterName: "legacy", addonName: "coredns", addonVersion: "v1.13.1-eksbuild.1", tags });
  new aws.eks.Cluster(
    "core",
    {
      roleArn: `arn:aws:iam::${account}:role/core-cluster`,
      version: "1.35",
      accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: false },
      deletionProtection: true,
      enabledClusterLogTypes: ["api", "audit", "authenticator", "controllerManager", "scheduler"],
      encryptionConfig: { provider: { keyArn }, resources: ["secrets"] },
      upgradePolicy: { supportType: "STANDARD" },
      vpcConfig: {
        subnetIds: ["subnet-0a1b2c3d4e5f60718", "subnet-1a1b2c3d4e5f60718"],
        endpointPrivateAccess: true,
        endpointPublicAccess: false,
      },
      zonalShiftConfig: { enabled: true },
      tags,
    },
    kept,
  );
  new aws.eks.Addon("network", {
    clusterName: "core",
    addonName: "vpc-cni",
    addonVersion: "v1.21.1-eksbuild.1",
    configurationValues: JSON.stringify({ enableNetworkPolicy: "true" }),
    tags,
  });
  new aws.eks.AccessPolicyAssociation("everybody-admin", {
    clusterName: "core",
    principalArn: `arn:aws:iam::${account}:role/developers`,
    policyArn: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
    accessScope: { type: "cluster" },
  });
  new aws.eks.AccessPolicyAssociation("support-view", {
    clusterName: "core",
    principalArn: `arn:aws:iam::${account}:role/support`,
    policyArn: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy",
    accessScope: { type: "namespace", namespaces: [namespace] },
  });
}

function access(): void {
  const bind = (name: string, role: string, subject: { readonly kind: string; readonly name: string }) =>
    new k8s.rbac.v1.ClusterRoleBinding(name, {
      metadata: { name },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role },
      subjects: [{ apiGroup: "rbac.authorization.k8s.io", ...subject }],
    });
  bind("ci-is-admin", "cluster-admin", { kind: "User", name: "ci" });
  bind("guests", "view", { kind: "Group", name: "system:unauthenticated" });
  bind("support", "view", { kind: "Group", name: "support" });
  const role = (name: string, resources: string[], verbs: string[]) =>
    new k8s.rbac.v1.ClusterRole(name, { metadata: { name }, rules: [{ apiGroups: [""], resources, verbs }] });
  role("do-anything", ["*"], ["*"]);
  role("secret-reader", ["secrets"], ["get", "list"]);
  role("debugger", ["pods/exec", "nodes/proxy"], ["create", "get"]);
  role("pod-reader", ["pods", "services"], ["get", "list", "watch"]);
}

export const openCluster: Program = {
  name: "open cluster",
  program,
  flaws: [
    ...flawsOf(
      "legacy",
      [
        "cluster-endpoint",
        "deletion-protection",
        "eks-authentication",
        "extended-support",
        "required-tags",
        "stateful-protection",
        "zonal-shift",
      ],
      [
        ["CKV_AWS_38", "has an API server that the world reaches", ["cluster-endpoint"], "whole internet"],
        ["CKV_AWS_58", "does not encrypt Secrets", ["cluster-secrets"]],
        ["CKV_AWS_37", "writes no log", ["cluster-logs"]],
        ["CKV_AWS_339", "runs an ended version of Kubernetes", ["eks-version"]],
      ],
    ),
    ...flawsOf(
      "everybody-admin",
      ["read-only-people"],
      [["kubescape C-0185", "makes developers administrators", ["kubernetes-administrators"]]],
    ),
    ...flawsOf("ci-is-admin", [], [["AVD-KSV-0111", "binds cluster-admin", ["kubernetes-administrators"]]]),
    ...flawsOf("guests", [], [["kubescape C-0262", "lets in who has not logged in", ["kubernetes-open-bindings"]]]),
    ...flawsOf("do-anything", [], [["CKV_K8S_49", "is made of wildcards", ["kubernetes-role-wildcards"]]]),
    ...flawsOf("secret-reader", [], [["AVD-KSV-0041", "reads every Secret", ["kubernetes-secret-readers"]]]),
    ...flawsOf(
      "debugger",
      [],
      [
        ["AVD-KSV-0053", "opens shells in pods", ["live-shells"]],
        ["AVD-KSV-0047", "reaches nodes by their proxy", ["kubernetes-role-escalation"]],
      ],
    ),
  ],
};
