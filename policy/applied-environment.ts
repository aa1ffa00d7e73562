import { namespaceOf, objectNameOf } from "./kubernetes.ts";
import {
  type Environment,
  environmentOf,
  environmentOfStack,
  environments,
  type JudgedResource,
  type JudgedStack,
} from "./resource.ts";
import { recordOf } from "./values.ts";

/** The environments that a stack may build: the production stack has pre-production beside production. */
export function environmentsBuiltBy(stack: string): readonly Environment[] {
  const environment = environmentOfStack(stack);
  return environment === "production" ? ["production", "preProduction"] : [environment];
}

/**
 * The environment that a text means, as workflows, tags and variables write it: `pre-production`, `preProduction`, `prod`;
 * undefined where it means none.
 */
export function environmentNamed(text: unknown): Environment | undefined {
  if (typeof text !== "string") return undefined;
  const plain = text.toLowerCase().replaceAll(/[^a-z]/g, "");
  return environments.find((environment) => environment.toLowerCase() === (short.get(plain) ?? plain));
}

const short: ReadonlyMap<string, string> = new Map([
  ["dev", "development"],
  ["pre", "preproduction"],
  ["preprod", "preproduction"],
  ["prod", "production"],
  ["stage", "staging"],
]);

/**
 * The environment that a resource serves, also where it has no tags: an object of Kubernetes by its namespace's label, what GitHub
 * keeps for an environment by that environment. What the stack does not build is not believed.
 */
export function appliedEnvironment(resource: JudgedResource, stack: JudgedStack): Environment {
  const { props, type } = resource;
  if (type.startsWith("github:")) {
    const [name] = typeof props.environment === "string" ? props.environment.split(".") : [];
    return environmentNamed(name) ?? environmentOf(resource);
  }
  if (!type.startsWith("kubernetes:")) return environmentOf(resource);
  const namespace = stack
    .ofType("kubernetes:core/v1:Namespace")
    .find((each) => objectNameOf(each) === namespaceOf(resource));
  const label = environmentNamed(recordOf(recordOf(namespace?.props.metadata).labels).environment);
  return label && environmentsBuiltBy(resource.stack).includes(label) ? label : environmentOf(resource);
}
