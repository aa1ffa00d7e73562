import { appliedEnvironment, environmentNamed, environmentsBuiltBy } from "../../applied-environment.ts";
import { variablesOf, variableTypes } from "../../environment-variables.ts";
import type { StackRule } from "../../rule.ts";

const flags = "pulumi-nodejs:dynamic/slipway:Flags";

const environmentVariable = /^((APP|DEPLOY|SLIPWAY|VITE)_)?ENV(IRONMENT)?$/;
const stackVariable = /^((SLIPWAY|PULUMI)_)?STACK$/;

export const declaredEnvironment: StackRule = {
  name: "declared-environment",
  title: "Programs know where they run",
  severity: "high",
  category: "access matrix",
  scope: "stack",
  description: "What a process, a workflow or a set of flags is told of its environment and stack is true.",
  rationale:
    "The rules of the access matrix hang on that name: production that takes itself for staging accepts test data, and runs tests on customers'.",
  remediation: "Set the variable to the environment of its stack, and its namespace's label likewise.",
  controls: ["ISO27001 A.8.31", "ISO27001 A.8.9", "SOC2 CC6.1", "NIST CM-6"],
  appliesTo: [...variableTypes, flags],
  environments: ["feature", "staging", "preProduction", "production"],
  judge: (resource, stack) => {
    if (resource.type === flags) {
      const told = environmentNamed(resource.props.environment);
      return told && environmentsBuiltBy(resource.stack).includes(told)
        ? []
        : [`sets the flags of ${JSON.stringify(resource.props.environment)}.`];
    }
    const own = appliedEnvironment(resource, stack);
    return variablesOf(resource).flatMap(({ name, value, where }) => {
      const isWrong =
        (environmentVariable.test(name) && environmentNamed(value) !== own) ||
        (stackVariable.test(name) && value.split("/").at(-1) !== resource.stack);
      return isWrong
        ? [`says ${name} ${JSON.stringify(value)} in ${where}, where ${own} of the stack ${resource.stack} runs.`]
        : [];
    });
  },
};
