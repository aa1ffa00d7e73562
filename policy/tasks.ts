import { recordsOf } from "./values.ts";

export const taskType = "aws:ecs/taskDefinition:TaskDefinition";

/** The containers of an ECS task definition, which are given as JSON. */
export function taskContainersOf(definitions: unknown): readonly Readonly<Record<string, unknown>>[] {
  if (typeof definitions !== "string") return recordsOf(definitions);
  try {
    return recordsOf(JSON.parse(definitions));
  } catch {
    // The provider refuses what is no JSON.
    return [];
  }
}

/** How a container of a task is called in a finding. */
export function taskContainerName({ name }: Readonly<Record<string, unknown>>): string {
  return typeof name === "string" ? `container "${name}"` : "a container without a name";
}
