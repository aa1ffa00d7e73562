import type { IdentityScope } from "./delivery-identity-plan.ts";
import { ownNames, tagged } from "./delivery-identity-scope.ts";
import { allow, type IamStatement } from "./iam-policy.ts";

/**
 * What a deployment does to a cluster of EKS's: all but who may do what in it. Access entries are an administrator's, as the roles of
 * delivery are, so that a job which deploys cannot make itself or anybody else the cluster's administrator. What it may do
 * inside the cluster is in kubernetes-access-rules-plan.ts.
 */
export function clusterStatements(scope: IdentityScope): IamStatement[] {
  return [
    // Knows no resource: a cluster that is being made has no ARN yet.
    allow("ClusterMade", ["eks:CreateCluster"], ["*"], {
      ...tagged(scope),
      Bool: { "eks:bootstrapClusterCreatorAdminPermissions": "false" },
    }),
    allow(
      "Cluster",
      [
        ...["eks:*Addon", "eks:*PodIdentityAssociation", "eks:DeleteCluster", "eks:TagResource", "eks:UntagResource"],
        ...["eks:UpdateClusterConfig", "eks:UpdateClusterVersion"],
      ],
      ownNames(scope).kubernetes,
    ),
  ];
}
