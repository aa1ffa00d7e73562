import { type Access, accessMatrix } from "../../access-matrix.ts";
import { appliedEnvironment } from "../../applied-environment.ts";
import { containerDefinitionsOf } from "../../environment-variables.ts";
import { containersOf, workloadTypes } from "../../kubernetes.ts";
import type { StackRule } from "../../rule.ts";
import { textsOf } from "../../values.ts";

const taskDefinition = "aws:ecs/taskDefinition:TaskDefinition";

/** What a tool is for, by its name in an image's or a command's words. */
const tools: ReadonlyArray<readonly [operation: keyof Access & `${string}Testing`, what: string, pattern: RegExp]> = [
  [
    "loadTesting",
    "a load test",
    /(^|[^a-z0-9])(artillery|gatling|jmeter|k6|load-?test(er|ing)?|locust|pgbench|sysbench|vegeta|wrk2?)(?![a-z0-9])/i,
  ],
  ["rlsTesting", "a test of the row level security", /(^|[^a-z0-9])(pg_prove|pgtap|pgrls|rls-?tests?)(?![a-z0-9])/i],
];

export const testTools: StackRule = {
  name: "test-tools",
  title: "No tests on customers",
  severity: "high",
  category: "access matrix",
  scope: "stack",
  description: "No container runs a test that the access matrix never allows in its environment.",
  rationale:
    "A load test takes the capacity that customers need, and a test of row level security acts as one of them.",
  remediation: "Run it in staging, a load test also in pre-production.",
  controls: ["ISO27001 A.8.31", "ISO27001 A.8.33", "SOC2 CC8.1", "NIST SA-11", "NIST CM-7"],
  appliesTo: [taskDefinition, ...workloadTypes],
  judge: (resource, stack) => {
    const { type } = resource;
    const containers =
      type === taskDefinition ? containerDefinitionsOf(resource) : containersOf(resource).map(({ props }) => props);
    const access = accessMatrix[appliedEnvironment(resource, stack)];
    const words = containers.flatMap(({ args, command, entryPoint, image }) =>
      [args, command, entryPoint, image].flatMap(textsOf),
    );
    return tools
      .filter(([operation, , pattern]) => access[operation] === "never" && words.some((word) => pattern.test(word)))
      .map(([, what]) => `runs ${what}.`);
  },
};
