import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { ownValue } from "../flags/flag.ts";
import type { Process } from "../process/schema.ts";
import type { Bundle } from "../release/model.ts";
import type { Change } from "./facts.ts";

const run = promisify(execFile);

/**
 * The commits that bundles contain, as the checkout's history has them: for each deployable those that touch its paths. Of a commit that
 * the checkout does not have (a shallow clone, another branch that is gone) nothing is known; the lead time then begins with the
 * bundle, and the report says so.
 *
 * @param root the checkout
 * @param since how far to look back, ISO 8601. What is older was deployed before, or waited longer than that.
 */
export async function gitChanges(
  root: string,
  process: Process,
  bundles: readonly Pick<Bundle, "deployables" | "digest">[],
  since: string,
): Promise<Change[]> {
  const histories = new Map<string, Promise<readonly Pick<Change, "commit" | "committedAt">[]>>();
  const changes: Change[] = [];
  for (const { deployables, digest } of bundles) {
    for (const [deployable, { commit }] of Object.entries(deployables)) {
      const paths = ownValue(process.deployables, deployable)?.paths;
      // Nothing but a whole commit, which can be no option of git's.
      if (paths === undefined || !/^[0-9a-f]{40}$/.test(commit)) continue;
      const key = `${commit} ${deployable}`;
      const history = histories.get(key) ?? historyOf(root, commit, paths, since);
      histories.set(key, history);
      // One after another: a hundred processes at once would help nobody.
      for (const one of await history) changes.push({ bundle: digest, deployable, ...one });
    }
  }
  return changes;
}

async function historyOf(root: string, commit: string, paths: readonly string[], since: string) {
  // GitHub's path filters and git's glob agree but for a leading "!", which takes away.
  const pathspecs = paths.map((one) => (one.startsWith("!") ? `:(exclude,glob)${one.slice(1)}` : `:(glob)${one}`));
  const options = ["--format=%H %ct", `--since=${since}`, commit, "--", ...pathspecs];
  try {
    const { stdout } = await run("git", ["log", ...options], { cwd: root, maxBuffer: 64 * 1024 * 1024 });
    return stdout
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => {
        const [sha = "", seconds = ""] = line.split(" ");
        return { commit: sha, committedAt: new Date(Number(seconds) * 1000).toISOString() };
      });
  } catch (error) {
    // 128: git does not know the commit, or this is no checkout.
    if ((error as { readonly code?: unknown }).code === 128 || (error as NodeJS.ErrnoException).code === "ENOENT")
      return [];
    throw error;
  }
}
