import * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";
import type { GitHubProvider } from "./github-provider.ts";

/** A team as GitHub knows it. */
export interface TeamFacts {
  /** The numeric id, which reviewers are given by. */
  readonly id: number;
  /** The login names of the members. */
  readonly members: readonly string[];
}

/** A repository as GitHub knows it. */
interface RepositoryFacts {
  readonly url: string;
  /** The numeric id, which a repository keeps when it is renamed. */
  readonly id: string;
}

/** What exists in GitHub of what a stack builds upon. */
export interface GitHubFacts {
  /** Undefined when it does not exist, or the token may not see it. */
  readonly repository: RepositoryFacts | undefined;
  /** By slug; undefined for a team that does not exist. */
  readonly teams: ReadonlyMap<string, TeamFacts | undefined>;
}

/**
 * Looks up a repository and teams, all at once.
 *
 * @param wanted the repository's name without its owner, and the slugs of the teams.
 * @throws pulumi.RunError, with what to check, when GitHub cannot be asked.
 */
export async function findGitHub(
  provider: GitHubProvider,
  wanted: { readonly repository: string; readonly teams: readonly string[] },
): Promise<GitHubFacts> {
  const [repository, ...teams] = await Promise.all([
    askGitHub(`the repository "${wanted.repository}"`, () =>
      github.getRepository({ name: wanted.repository }, { provider }),
    ),
    ...wanted.teams.map(async (slug): Promise<[string, TeamFacts | undefined]> => {
      const team = await askGitHub(`the team "${slug}"`, () => github.getTeam({ slug }, { provider }));
      return [slug, team && { id: Number(team.id), members: team.members ?? [] }];
    }),
  ]);
  return {
    repository: repository?.htmlUrl ? { url: repository.htmlUrl, id: String(repository.repoId) } : undefined,
    teams: new Map(teams),
  };
}

/**
 * Looks up the numeric id of an organization: a new owner of an old name has another one.
 *
 * @throws pulumi.RunError, with what to check, when there is none of that name or GitHub cannot be asked.
 */
export async function findOwnerId(provider: GitHubProvider, owner: string): Promise<string> {
  const found = await askGitHub(`the organization "${owner}"`, () =>
    github.getOrganization({ name: owner, summaryOnly: true }, { provider }),
  );
  if (found?.id) return found.id;
  throw new pulumi.RunError(
    `There is no organization "${owner}" in GitHub, or the token in GITHUB_TOKEN may not see it.\n` +
      "  Correct slipway:github.owner; the roles in AWS trust an organization's repository.",
  );
}

/**
 * Runs a look-up of the plugin; undefined for what does not exist. The plugin gives no status but only GitHub's answer as text,
 * which ends "404 Not Found []" then.
 * @param subject what is looked up, for the message.
 * @throws pulumi.RunError, with what to check, when GitHub cannot be asked.
 */
export async function askGitHub<T>(subject: string, lookUp: () => Promise<T>): Promise<T | undefined> {
  try {
    return await lookUp();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (/\b404 Not Found\b/.test(message)) return undefined;
    throw new pulumi.RunError(
      `GitHub could not be asked for ${subject}: ${reasonOf(message)}\n` +
        "  Check GITHUB_TOKEN (it must be set and may read the organization), GITHUB_BASE_URL and the network.",
    );
  }
}

/** Terraform's messages are a count ("1 error occurred:") and a list with asterisks. */
function reasonOf(message: string): string {
  const lines = message.split("\n").map((line) => line.trim().replace(/^\* /, ""));
  const kept = lines.filter(
    (line) => line !== "" && !line.endsWith("error occurred:") && !line.endsWith("errors occurred:"),
  );
  return kept[0] ?? message;
}
