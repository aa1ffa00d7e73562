import { environmentsBuiltBy } from "../../applied-environment.ts";
import type { ResourceRule } from "../../rule.ts";
import { recordOf } from "../../values.ts";

export const environmentTags: ResourceRule = {
  name: "environment-tags",
  title: "Tags tell the truth about the environment",
  severity: "high",
  category: "isolation",
  description: "The tags Stack and Environment of a resource are those of the stack that builds it.",
  rationale:
    "IAM lets a stack's deployments change what carries its tag: a wrong one hands the resource over to another environment, and takes it out of policies.",
  remediation: "Set Stack to the stack's name and Environment to an environment that it builds.",
  controls: ["ISO27001 A.8.31", "ISO27001 A.5.9", "SOC2 CC6.1", "NIST AC-3", "NIST CM-8"],
  appliesTo: "every resource",
  judge: ({ props, stack }) => {
    const { Environment: environment, Stack: tag } = recordOf(props.tags);
    const own: readonly unknown[] = environmentsBuiltBy(stack);
    return [
      ...(tag === undefined || tag === null || tag === stack
        ? []
        : [`carries the tag Stack ${JSON.stringify(tag)} in the stack ${stack}.`]),
      ...(environment === undefined || environment === null || own.includes(environment)
        ? []
        : [`carries the tag Environment ${JSON.stringify(environment)}, which the stack ${stack} does not build.`]),
    ];
  },
};
