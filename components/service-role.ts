import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface ServiceRoleArgs {
  readonly parent: pulumi.Resource;
  /** The role's logical name; its policies' begin with it. */
  readonly logicalName: string;
  /** The role's physical name. */
  readonly name: string;
  /** Who takes the role, for example `backup.amazonaws.com`. */
  readonly service: string;
  /** AWS's own policies, by their path, for example `service-role/AmazonRDSEnhancedMonitoringRole`. */
  readonly managedPolicies: readonly string[];
  /** The ARN of anything in the stack's account: account and partition are taken from it. */
  readonly anyArn: pulumi.Input<string>;
  readonly permissionsBoundary?: pulumi.Input<string> | undefined;
  readonly tags: Record<string, string>;
}

/**
 * A role that an AWS service takes on behalf of this account, and of no other (a service acts for everybody, so a role that
 * trusts it alone trusts everybody's requests to it).
 *
 * @returns its ARN, known once its policies are attached.
 */
export function createServiceRole(args: ServiceRoleArgs): pulumi.Output<string> {
  const place = pulumi.output(args.anyArn).apply((arn) => {
    const [, partition = "aws", , , account = ""] = arn.split(":");
    return { partition, account };
  });
  const role = new aws.iam.Role(
    args.logicalName,
    {
      name: args.name,
      assumeRolePolicy: place.account.apply((account) =>
        JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Allow",
              Principal: { Service: args.service },
              Action: "sts:AssumeRole",
              Condition: { StringEquals: { "aws:SourceAccount": account } },
            },
          ],
        }),
      ),
      ...(args.permissionsBoundary === undefined ? {} : { permissionsBoundary: args.permissionsBoundary }),
      tags: args.tags,
    },
    { parent: args.parent },
  );
  const attachments = args.managedPolicies.map(
    (policy) =>
      new aws.iam.RolePolicyAttachment(
        `${args.logicalName}-${policy.split("/").at(-1)}`,
        { role: role.name, policyArn: pulumi.interpolate`arn:${place.partition}:iam::aws:policy/${policy}` },
        { parent: args.parent },
      ),
  );
  return pulumi.all([role.arn, ...attachments.map(({ id }) => id)]).apply(([arn = ""]) => arn);
}
