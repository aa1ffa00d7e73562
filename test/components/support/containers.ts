import { ContainerPlatform, type ContainerPlatformArgs } from "../../../components/container-platform.ts";
import type { MockOptions } from "../../support/pulumi-mocks.ts";

export const context = { application: "teamflow", stack: "staging", environment: "staging" };

/** A platform as staging has it. */
export const platformOf = (changes: Partial<ContainerPlatformArgs> = {}) =>
  new ContainerPlatform("staging-platform", {
    context,
    vpcId: "vpc",
    publicSubnetIds: ["public-a", "public-b"],
    certificateArn: "certificate-arn",
    logKeyArn: "log-key",
    logRetentionDays: 30,
    protect: true,
    execAllowed: true,
    ...changes,
  });

/** Where an image is pulled from. */
export const repository = { url: "registry/backend", arn: "arn:aws:ecr:us-west-2:123456789012:repository/backend" };

/** Gives every resource an ARN that names account and region, as AWS does. */
export const asInAws: MockOptions = {
  stack: "staging",
  outputs: ({ inputs, name, type }) =>
    type === "aws:cloudwatch/logGroup:LogGroup"
      ? { arn: `arn:aws:logs:us-west-2:123456789012:log-group:${inputs.name}` }
      : { arn: `arn:${name}`, arnSuffix: `suffix/${name}` },
};

/** The statements of a policy document, by their ids. */
export function statementsOf(
  policy: unknown,
): Record<string, { Action: unknown; Resource: unknown; Condition?: unknown }> {
  const { Statement } = JSON.parse(String(policy)) as {
    Statement: { Sid: string; Action: unknown; Resource: unknown }[];
  };
  return Object.fromEntries(Statement.map((each) => [each.Sid, each]));
}
