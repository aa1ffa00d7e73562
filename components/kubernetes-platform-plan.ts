import type { Settings } from "../infra/settings.ts";
import { allow, type IamPolicy, policy } from "./iam-policy.ts";

/* What an EKS cluster in Auto Mode is made of. Pure. */

export type KubernetesSettings = NonNullable<Settings["kubernetes"]>;

/**
 * What the control plane logs: all it can. The log `audit` tells who did what to which object, `authenticator` which identity of
 * AWS they were.
 */
export const controlPlaneLogs: readonly string[] = ["api", "audit", "authenticator", "controllerManager", "scheduler"];

/** Where EKS writes them; it makes a group without retention and key when this one is not there before the cluster. */
export const controlPlaneLogGroup = (clusterName: string): string => `/aws/eks/${clusterName}/cluster`;

/**
 * AWS's own policies for the role of a cluster in Auto Mode, and of its nodes.
 * Source: EKS user guide, "Amazon EKS Auto Mode cluster IAM role" and "Amazon EKS Auto Mode node IAM role".
 */
export const managedPolicies = {
  cluster: [
    "AmazonEKSBlockStoragePolicy",
    "AmazonEKSClusterPolicy",
    "AmazonEKSComputePolicy",
    "AmazonEKSLoadBalancingPolicy",
    "AmazonEKSNetworkingPolicy",
  ],
  node: ["AmazonEC2ContainerRegistryPullOnly", "AmazonEKSWorkerNodeMinimalPolicy"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/**
 * Lets the cluster give its load balancers tags beside EKS's own, as an Ingress's class asks for: what belongs to this cluster by its tag.
 * Source: EKS user guide, "Learn about identity and access in EKS Auto Mode", custom tags.
 */
export const loadBalancerTags: IamPolicy = policy(
  allow(
    "LoadBalancerTags",
    [
      ...["ec2:CreateSecurityGroup", "elasticloadbalancing:CreateListener", "elasticloadbalancing:CreateLoadBalancer"],
      ...["elasticloadbalancing:CreateRule", "elasticloadbalancing:CreateTargetGroup"],
    ],
    ["*"],
    {
      StringEquals: { "aws:RequestTag/eks:eks-cluster-name": "${aws:PrincipalTag/eks:eks-cluster-name}" },
    },
  ),
);

/**
 * Auto Mode. Its three switches stand in three places of a cluster, and EKS refuses one without the others; so do the provider's
 * checks as long as one is unknown. The node pools are AWS's: `system` for what the cluster itself runs, `general-purpose` for the
 * application (on demand, amd64). The role of the nodes cannot be changed later.
 */
export function planAutoMode<Arn>(nodeRoleArn: Arn) {
  return {
    computeConfig: { enabled: true, nodePools: ["general-purpose", "system"], nodeRoleArn },
    storageConfig: { blockStorage: { enabled: true } },
    kubernetesNetworkConfig: { elasticLoadBalancing: { enabled: true } },
    // EKS wants this said with Auto Mode: the network, DNS and the proxy are its own. Another value would be another cluster.
    bootstrapSelfManagedAddons: false,
  };
}

/** From where the API server is reached: always from inside the VPC, and from the internet only by those whom settings name. */
export function planEndpoint({ publicEndpointCidrs }: Pick<KubernetesSettings, "publicEndpointCidrs">) {
  return publicEndpointCidrs.length === 0
    ? { endpointPrivateAccess: true, endpointPublicAccess: false }
    : { endpointPrivateAccess: true, endpointPublicAccess: true, publicAccessCidrs: [...publicEndpointCidrs].sort() };
}

/** Who may ask the API server: nobody but those with an access entry, and not by having made the cluster. */
export const accessConfig = { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: false } as const;

/** An add-on of a plan. */
export interface PlannedAddOn {
  readonly name: string;
  readonly version: string;
  /** In the form that the add-on's schema asks for; none for its defaults. */
  readonly configuration?: Readonly<Record<string, unknown>>;
}

/**
 * The versions of add-ons, by version of Kubernetes. A version that EKS does not offer for that Kubernetes is refused by CreateAddon, so
 * that both are raised together. Ask for what is offered by `aws eks describe-addon-versions --kubernetes-version 1.36 --addon-name NAME`.
 *
 * Sources, each the answer of describe-addon-versions in 2026: aws-controllers-k8s/test-infra, pull request 1051 (the secrets' driver for 1.35
 * and 1.36, August); the defaults of metrics-server for 1.35 (June) and 1.36 (September) as public repositories pin them.
 */
const addOnVersions: Readonly<
  Record<KubernetesSettings["version"], { readonly secretsStore: string; readonly metricsServer: string }>
> = {
  "1.35": { secretsStore: "v3.1.2-eksbuild.1", metricsServer: "v0.8.1-eksbuild.10" },
  "1.36": { secretsStore: "v3.1.2-eksbuild.1", metricsServer: "v0.9.0-eksbuild.8" },
};

/**
 * What Auto Mode does not bring. It has in itself what would be the add-ons vpc-cni, kube-proxy, coredns, aws-ebs-csi-driver,
 * eks-pod-identity-agent and eks-node-monitoring-agent, and the load balancer controller.
 */
export function planAddOns({ version }: Pick<KubernetesSettings, "version">): readonly PlannedAddOn[] {
  const { metricsServer, secretsStore } = addOnVersions[version];
  return [
    {
      // Mounts secrets of Secrets Manager into pods, as the pod's own identity, and keeps a Secret of Kubernetes like them.
      name: "aws-secrets-store-csi-driver-provider",
      version: secretsStore,
      configuration: {
        "secrets-store-csi-driver": {
          syncSecret: { enabled: true },
          enableSecretRotation: true,
          rotationPollInterval: "120s",
        },
      },
    },
    // The autoscalers ask it what pods use.
    { name: "metrics-server", version: metricsServer },
  ];
}

/** The longest that a change of the cluster takes, with an upgrade of Kubernetes. */
export const clusterTimeouts = { create: "30m", update: "60m", delete: "30m" } as const;
