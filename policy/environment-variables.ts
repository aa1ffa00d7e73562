import { containersOf, workloadTypes } from "./kubernetes.ts";
import type { JudgedResource } from "./resource.ts";
import { recordOf, recordsOf } from "./values.ts";

/** What a process finds in its environment, in plain text. */
export interface Variable {
  readonly name: string;
  readonly value: string;
  /** Completes "... in ...": `the container "backend"`. */
  readonly where: string;
}

const taskDefinition = "aws:ecs/taskDefinition:TaskDefinition";
const lambda = "aws:lambda/function:Function";
const build = "aws:codebuild/project:Project";
const configMap = "kubernetes:core/v1:ConfigMap";

const gitHubVariables: readonly string[] = [
  "github:index/actionsEnvironmentVariable:ActionsEnvironmentVariable",
  "github:index/actionsOrganizationVariable:ActionsOrganizationVariable",
  "github:index/actionsVariable:ActionsVariable",
];

/** Types that give a process its environment. */
export const variableTypes: readonly string[] = [
  taskDefinition,
  build,
  lambda,
  configMap,
  ...gitHubVariables,
  ...workloadTypes,
];

/** The variables of a resource of `variableTypes`, those left out that name where a secret is kept. */
export function variablesOf(resource: Pick<JudgedResource, "props" | "type">): readonly Variable[] {
  const { props, type } = resource;
  if (type === taskDefinition)
    return containerDefinitionsOf(resource).flatMap(({ environment, name }) =>
      listed(environment, `the container ${JSON.stringify(name ?? "unnamed")}`),
    );
  if (type === lambda) return mapped(recordOf(props.environment).variables, "the function's environment");
  if (type === build)
    return listed(
      recordsOf(recordOf(props.environment).environmentVariables).filter(
        (each) => (each.type ?? "PLAINTEXT") === "PLAINTEXT",
      ),
      "the build's environment",
    );
  if (type === configMap) return mapped(props.data, "the ConfigMap's data");
  if (gitHubVariables.includes(type))
    return listed([{ name: props.variableName, value: props.value }], "GitHub's variables");
  return containersOf(resource).flatMap((container) =>
    listed(container.props.env, `the container "${container.name}"`),
  );
}

/** The containers of an ECS task, which are given as JSON. */
export function containerDefinitionsOf({
  props,
}: Pick<JudgedResource, "props">): readonly Readonly<Record<string, unknown>>[] {
  const { containerDefinitions } = props;
  if (typeof containerDefinitions !== "string") return recordsOf(containerDefinitions);
  try {
    return recordsOf(JSON.parse(containerDefinitions));
  } catch {
    // AWS refuses what is no JSON.
    return [];
  }
}

function listed(variables: unknown, where: string): readonly Variable[] {
  return recordsOf(variables).flatMap(({ name, value }) =>
    typeof name === "string" && typeof value === "string" ? [{ name, value, where }] : [],
  );
}

function mapped(variables: unknown, where: string): readonly Variable[] {
  return Object.entries(recordOf(variables)).flatMap(([name, value]) =>
    typeof value === "string" ? [{ name, value, where }] : [],
  );
}
