import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";

/**
 * Gives every role of a stack the permissions boundary of its delivery identity, unless it has one: the deploy role may create
 * no role without. For the option `transformations` of a component, or `pulumi.runtime.registerStackTransformation`.
 *
 * @param boundaryArn `DeliveryIdentity.boundaryArn`; a role is then created after the boundary.
 */
export function boundRoles(boundaryArn: pulumi.Input<string>): pulumi.ResourceTransformation {
  return ({ opts, props, type }) => {
    if (type !== "aws:iam/role:Role") return undefined;
    const role = props as aws.iam.RoleArgs;
    if (role.permissionsBoundary !== undefined) return undefined;
    return { props: { ...role, permissionsBoundary: boundaryArn }, opts };
  };
}
