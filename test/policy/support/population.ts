import type { Population } from "../../../policy/judge.ts";
import type { JudgedResource } from "../../../policy/resource.ts";
import { arnOf } from "../../stacks/support/arns.ts";
import { type BuiltStack, buildStack } from "../../stacks/support/stacks.ts";

const images = {
  "images.backend": `sha256:${"a".repeat(64)}`,
  "images.frontend": `sha256:${"b".repeat(64)}`,
  "images.operator": `sha256:${"c".repeat(64)}`,
};

const connectionArn = "arn:aws:codeconnections:us-west-2:123456789012:connection/4f0c8d2e-8a52-4a4b-9d0e-0f6f2d1f0a11";

/** A stack of this repository with everything that it can have: images, the release store, a runner. */
export function buildWhole(stack: string): Promise<BuiltStack> {
  return buildStack(stack, { ...images, ...(stack === "prod" && { releases: {}, runner: { connectionArn } }) });
}

/** A stack that was built under mocks, as policies see it. */
export function populationOf(stack: BuiltStack): Population {
  const inputs = stack.resources
    .filter(({ type }) => !type.startsWith("pulumi:"))
    .map((resource): JudgedResource => {
      const { inputs: props, name, protect, type } = resource;
      const urn = `urn:pulumi:${stack.stack}::teamflow::${type}::${name}`;
      return { urn, type, name, props, stack: stack.stack, protect, id: `${name}-id`, dependencies: {} };
    });
  const outputs = inputs.map((resource) => {
    const arn = arnOf({ type: resource.type, name: resource.name, inputs: resource.props });
    return { ...resource, props: { ...resource.props, id: resource.id, ...(arn !== undefined && { arn }) } };
  });
  return { inputs, outputs };
}
