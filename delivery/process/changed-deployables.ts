import { filtersTake } from "./path-filter.ts";
import type { Process } from "./schema.ts";

/**
 * The deployables that a change touches, sorted.
 * @param paths from the repository's root, as git names them: `frontend/src/app.ts`.
 */
export function changedDeployables(process: Pick<Process, "deployables">, paths: readonly string[]): string[] {
  return Object.keys(process.deployables)
    .filter((key) => paths.some((path) => filtersTake(process.deployables[key]?.paths ?? [], path)))
    .sort();
}
