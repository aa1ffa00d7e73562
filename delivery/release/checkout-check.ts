import type { Process } from "../process/schema.ts";
import type { BundledDeployable } from "./model.ts";
import type { Repository } from "./repository.ts";

type Deployables = Readonly<Record<string, BundledDeployable>>;

/**
 * What a deployment from this checkout would bring that the bundle does not have, or the other way round. Images come by their
 * digest, whatever is checked out; all else (the stack's own program and settings) is what the checkout has. So of each deployable
 * without an image the checkout must have the bundle's last change, or, where the bundle does not bring it, the one that stands.
 *
 * @param standing what runs in the environment now
 * @returns each problem as a sentence; none when the checkout is what was approved
 */
export async function checkoutProblems(
  { deployables: rules }: Pick<Process, "deployables">,
  bundle: Deployables,
  standing: Deployables,
  repository: Repository,
): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const [name, { image, paths }] of Object.entries(rules)) {
    const brought = bundle[name];
    const expected = (brought ?? standing[name])?.commit;
    if (image || expected === undefined) continue;
    const found = await repository.lastChange("HEAD", paths);
    const whose = brought ? "in the bundle" : "in what runs there, which the bundle leaves as it is,";
    if (found !== expected)
      problems.push(`${name} was last changed here by ${short(found)}, ${whose} by ${short(expected)}.`);
    const uncommitted = await repository.uncommitted(paths);
    if (uncommitted.length > 0) problems.push(`${name} has changes that are not committed: ${uncommitted.join(", ")}.`);
  }
  return problems;
}

function short(commit: string | undefined): string {
  return commit === undefined ? "no commit" : commit.slice(0, 12);
}
