import { Octokit } from "@octokit/core";
import { UserError } from "../errors.ts";

/** The repository that releases belong to, and how GitHub is asked about it. */
export interface GitHubPlace {
  readonly owner: string;
  readonly repository: string;
  readonly octokit: Octokit;
}

/**
 * A client of GitHub's REST interface with the caller's own token, which says who acts.
 * @param env GITHUB_TOKEN, and where GitHub is: GITHUB_API_URL (set in workflows) or GITHUB_BASE_URL (as for the Pulumi
 *   provider); neither is github.com
 * @throws UserError without a token
 */
export function gitHubPlace(
  place: { readonly owner: string; readonly repository: string },
  env: NodeJS.ProcessEnv = process.env,
): GitHubPlace {
  if (!env.GITHUB_TOKEN)
    throw new UserError(
      'GITHUB_TOKEN is not set, and it says who acts.\n  Set it to a token of yours that may read the organization\'s teams: export GITHUB_TOKEN="$(gh auth token)"',
    );
  const { owner, repository } = place;
  return { owner, repository, octokit: new Octokit({ auth: env.GITHUB_TOKEN, baseUrl: restAddress(env) }) };
}

/** Where GitHub's REST interface is: below `/api/v3` of every host but github.com's own. */
export function restAddress(env: NodeJS.ProcessEnv): string {
  if (env.GITHUB_API_URL) return withoutSlash(env.GITHUB_API_URL);
  const base = withoutSlash(env.GITHUB_BASE_URL ?? "");
  if (base === "" || new URL(base).hostname === "api.github.com") return "https://api.github.com";
  return `${base}/api/v3`;
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, "");
}

/** The status of a refusal by GitHub; undefined for any other error. */
function statusOf(error: unknown): number | undefined {
  const status = (error as { status?: unknown } | undefined)?.status;
  return typeof status === "number" ? status : undefined;
}

/**
 * Asks GitHub and says in one sentence what went wrong.
 * @param what for the message: "your account"
 * @throws UserError for a refused token, a missing right, or a GitHub that does not answer
 */
export async function asking<T>(what: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    const status = statusOf(error);
    const remedy =
      status === 401
        ? "GITHUB_TOKEN is not valid (any more): make a new one."
        : status === 403
          ? "The token may not read that: it needs the right to read the organization's members and the repository's actions."
          : status === 404
            ? "It is not there, or the token may not see it."
            : "Look whether GitHub can be reached, and try again.";
    throw new UserError(`GitHub was asked for ${what} and answered: ${(error as Error).message}\n  ${remedy}`, {
      cause: error,
    });
  }
}
