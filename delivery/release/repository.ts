import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { UserError } from "../errors.ts";
import { changedDeployables } from "../process/changed-deployables.ts";
import { pathspec } from "../process/path-filter.ts";
import type { Process } from "../process/schema.ts";
import type { ChangelogCommit } from "./changelog.ts";

const run = promisify(execFile);

/** A changelog tells at most so many commits: what is behind it has been told by the bundle before. */
const mostCommits = 500;

/** Asks git about the checkout at `root`. */
export class Repository {
  private readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  /**
   * The whole commit that a name stands for.
   * @throws UserError when git does not know it
   */
  async commit(name: string): Promise<string> {
    try {
      return (await this.git(["rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{commit}`])).trim();
    } catch (error) {
      throw new UserError(
        `git knows no commit "${name}" here.\n  Name one of this repository, fetch it first, or run the command in a checkout.`,
        { cause: error },
      );
    }
  }

  /** The last commit up to `head` that touched one of these path filters of GitHub; undefined when none has. */
  async lastChange(head: string, filters: readonly string[]): Promise<string | undefined> {
    const text = await this.git(["log", "-1", "--format=%H", head, "--", ...filters.map(pathspec)]);
    return text.trim() || undefined;
  }

  /** Files of these path filters of GitHub that differ from what is committed, new ones too. */
  async uncommitted(filters: readonly string[]): Promise<readonly string[]> {
    const text = await this.git(["status", "--porcelain", "-z", "--no-renames", "--", ...filters.map(pathspec)]);
    return text
      .split("\0")
      .filter(Boolean)
      .map((line) => line.slice(3));
  }

  /**
   * The commits up to `head` that none of the known ones contains, the newest first, each with the deployables that it touches. Merges are
   * told by what they merge. None when nothing is known: a first bundle has no past to tell of.
   */
  async since(
    process: Pick<Process, "deployables">,
    known: readonly string[],
    head: string,
  ): Promise<readonly ChangelogCommit[]> {
    if (known.length === 0) return [];
    const format = "--format=%x1e%H%x1f%s%x1f%an%x1f";
    const text = await this.git([
      "log",
      "--no-merges",
      "--name-only",
      `--max-count=${mostCommits}`,
      format,
      head,
      "--not",
      ...known,
    ]);
    return text
      .split("\x1e")
      .slice(1)
      .map((entry) => {
        const [sha = "", subject = "", author = "", files = ""] = entry.split("\x1f");
        const paths = files.split("\n").filter(Boolean);
        return { sha, subject, author, deployables: changedDeployables(process, paths) };
      });
  }

  /**
   * Of each of these commits those that it contains and that touch the path filters, with their committers' times: as far back as all of
   * the commits have in common, that one included, since what lies behind it tells none of them apart. A commit that git does not have,
   * as in a shallow checkout, is left out.
   */
  async contained(
    commits: readonly string[],
    filters: readonly string[],
  ): Promise<ReadonlyMap<string, readonly { readonly commit: string; readonly committedAt: string }[]>> {
    const present: string[] = [];
    for (const commit of commits) if (await this.has(commit)) present.push(commit);
    // Histories without a beginning in common are read whole.
    const common = present.length === 0 ? "" : await this.git(["merge-base", "--octopus", ...present]).catch(() => "");
    const behind = common.trim() === "" ? [] : ["--not", `${common.trim()}^@`];
    const found = new Map<string, { commit: string; committedAt: string }[]>();
    for (const head of present) {
      const text = await this.git(["log", "--format=%H %cI", head, ...behind, "--", ...filters.map(pathspec)]);
      const lines = text.split("\n").filter(Boolean);
      const contained = lines.map((line) => {
        const [commit = "", time = ""] = line.split(" ");
        return { commit, committedAt: new Date(time).toISOString() };
      });
      if (contained.length > 0) found.set(head, contained);
    }
    return found;
  }

  /** Whether git has this commit: a checkout may be shallow. */
  async has(commit: string): Promise<boolean> {
    return this.git(["cat-file", "-e", `${commit}^{commit}`]).then(
      () => true,
      () => false,
    );
  }

  private async git(args: readonly string[]): Promise<string> {
    const { stdout } = await run("git", ["-c", "core.quotePath=false", ...args], {
      cwd: this.root,
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout;
  }
}
