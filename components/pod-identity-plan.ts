import { type IamPolicy, policy } from "./iam-policy.ts";

/** The pods that a role is for. */
export interface PodOwner {
  readonly clusterArn: string;
  readonly namespace: string;
  readonly serviceAccount: string;
}

/**
 * The trust of a role for pods. EKS says in the session's tags for which pod it asks; the tags cannot be forged, since only EKS may
 * speak as this service. With its cluster in the condition, an association in another cluster of the account gets nothing.
 * Source: EKS user guide, "Create IAM role with trust policy required by EKS Pod Identity" and "Enable or disable session tags".
 */
export function planPodTrust({ clusterArn, namespace, serviceAccount }: PodOwner): IamPolicy {
  return policy({
    Sid: "PodsOfOneServiceAccount",
    Effect: "Allow",
    Principal: { Service: "pods.eks.amazonaws.com" },
    Action: ["sts:AssumeRole", "sts:TagSession"],
    Condition: {
      StringEquals: {
        "aws:RequestTag/eks-cluster-arn": clusterArn,
        "aws:RequestTag/kubernetes-namespace": namespace,
        "aws:RequestTag/kubernetes-service-account": serviceAccount,
      },
    },
  });
}
