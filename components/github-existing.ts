import * as github from "@pulumi/github";
import { z } from "zod";
import { askGitHub } from "./github-facts.ts";
import type { GitHubProvider } from "./github-provider.ts";

/** A branch or tag pattern that may deploy. */
export interface DeploymentPattern {
  readonly kind: "branch" | "tag";
  readonly pattern: string;
}

/** An environment that the repository has, whoever made it. */
export interface ExistingEnvironment {
  /** How many teams and people review. */
  readonly reviewers: number;
  readonly patterns: readonly DeploymentPattern[];
  /** Names, in capitals, to values. */
  readonly variables: ReadonlyMap<string, string>;
}

/** What a repository has of what a stack is about to make. */
export interface ExistingGates {
  /** By name in lower case: GitHub does not tell letter cases apart. */
  readonly environments: ReadonlyMap<string, ExistingEnvironment>;
  /** Ids of rulesets by name. */
  readonly rulesets: ReadonlyMap<string, number>;
}

/** What a repository that is yet to be created has. */
export const nothingExists: ExistingGates = { environments: new Map(), rulesets: new Map() };

const environmentsAnswer = z.object({
  total_count: z.number(),
  environments: z.array(
    z.object({
      name: z.string(),
      protection_rules: z.array(z.object({ type: z.string(), reviewers: z.array(z.unknown()).optional() })).default([]),
      deployment_branch_policy: z.object({ custom_branch_policies: z.boolean() }).nullish(),
    }),
  ),
});
const patternsAnswer = z.object({
  branch_policies: z.array(z.object({ name: z.string(), type: z.enum(["branch", "tag"]).default("branch") })),
});
const variablesAnswer = z.object({
  total_count: z.number(),
  variables: z.array(z.object({ name: z.string(), value: z.string() })),
});
const rulesetsAnswer = z.array(z.object({ id: z.number(), name: z.string() }));

/**
 * Looks up which of some environments a repository has already, what is in them, and its rulesets.
 * @throws pulumi.RunError, with what to check, when GitHub cannot be asked.
 */
export async function findExistingGates(
  provider: GitHubProvider,
  wanted: { readonly owner: string; readonly repository: string; readonly environments: readonly string[] },
): Promise<ExistingGates> {
  const base = `repos/${wanted.owner}/${wanted.repository}`;
  const ask = async <T>(path: string, answer: z.ZodType<T>): Promise<T | undefined> => {
    const found = await askGitHub(`"${path}"`, () => github.getRestApi({ endpoint: `${base}/${path}` }, { provider }));
    return found?.code === 200 ? answer.parse(JSON.parse(found.body)) : undefined;
  };
  /** GitHub gives lists in pages, some of them short ones. */
  const askAll = async <T>(
    path: string,
    answer: z.ZodType<T>,
    count: (page: T) => { readonly total: number; readonly size: number },
  ): Promise<T[]> => {
    const pages: T[] = [];
    for (let seen = 0, total = 1; seen < total; ) {
      const page = await ask(`${path}${path.includes("?") ? "&" : "?"}page=${pages.length + 1}`, answer);
      if (page === undefined) break;
      const { size, total: all } = count(page);
      if (size === 0) break;
      pages.push(page);
      seen += size;
      total = all;
    }
    return pages;
  };

  const [pages, rulesets] = await Promise.all([
    askAll("environments?per_page=100", environmentsAnswer, (page) => ({
      total: page.total_count,
      size: page.environments.length,
    })),
    ask("rulesets?per_page=100&includes_parents=false", rulesetsAnswer),
  ]);
  const names = new Set(wanted.environments.map((name) => name.toLowerCase()));
  const present = pages.flatMap(({ environments }) => environments).filter(({ name }) => names.has(name.toLowerCase()));
  const environments = await Promise.all(
    present.map(
      async ({ deployment_branch_policy, name, protection_rules }): Promise<[string, ExistingEnvironment]> => {
        const path = `environments/${encodeURIComponent(name)}`;
        const [patterns, variables] = await Promise.all([
          deployment_branch_policy?.custom_branch_policies
            ? ask(`${path}/deployment-branch-policies?per_page=100`, patternsAnswer)
            : undefined,
          askAll(`${path}/variables?per_page=30`, variablesAnswer, (page) => ({
            total: page.total_count,
            size: page.variables.length,
          })),
        ]);
        return [
          name.toLowerCase(),
          {
            reviewers: protection_rules.flatMap(({ reviewers = [] }) => reviewers).length,
            patterns: (patterns?.branch_policies ?? []).map((found) => ({ kind: found.type, pattern: found.name })),
            variables: new Map(variables.flatMap((page) => page.variables).map((found) => [found.name, found.value])),
          },
        ];
      },
    ),
  );
  return {
    environments: new Map(environments),
    rulesets: new Map((rulesets ?? []).map(({ id, name }) => [name, id])),
  };
}
