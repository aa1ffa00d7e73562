import { z } from "zod";
import { UserError } from "../../errors.ts";
import type { PendingOperation } from "./leftovers.ts";

/**
 * Takes away what an interrupted creation made all the same, so that it can be created again. Most of what Slipway builds is
 * created idempotently and needs no such thing; but GitHub refuses a second variable, branch policy or ruleset of the same name, and
 * Pulumi's own way (`refresh --import-pending-creates`) was seen to drop them with 3.256. Only what is exactly as it was being
 * created is removed: it is made again in the same run, and somebody else's value is never lost.
 * @param env where GitHub is and who asks: GITHUB_BASE_URL, GITHUB_OWNER, GITHUB_TOKEN
 * @returns whether something was removed
 * @throws UserError when GitHub cannot be asked
 */
export async function removeHalfMade(operation: PendingOperation, env: NodeJS.ProcessEnv): Promise<boolean> {
  const path = await lookUps[operation.type]?.(operation.inputs, (where) => askGitHub("GET", where, env));
  if (path === undefined) return false;
  await askGitHub("DELETE", path, env);
  return true;
}

type Ask = (path: string) => Promise<unknown>;

const variableInputs = z.object({
  repository: z.string(),
  environment: z.string(),
  variableName: z.string(),
  value: z.string(),
});
const variableAnswer = z.object({ value: z.string() });
const policyInputs = z.object({
  repository: z.string(),
  environment: z.string(),
  branchPattern: z.string().optional(),
  tagPattern: z.string().optional(),
});
const policyList = z.object({
  branch_policies: z.array(z.object({ id: z.number(), name: z.string(), type: z.string().default("branch") })),
});

const rulesetInputs = z.object({ repository: z.string(), name: z.string() });
const rulesetList = z.array(z.object({ id: z.number(), name: z.string() }));

/** By type: where in GitHub's API the thing is that was being created; undefined when it is not there as it was to be. */
const lookUps: Readonly<Record<string, (inputs: unknown, ask: Ask) => Promise<string | undefined>>> = {
  "github:index/actionsEnvironmentVariable:ActionsEnvironmentVariable": async (inputs, ask) => {
    const { repository, environment, variableName, value } = variableInputs.parse(inputs);
    const path = `repos/:owner/${repository}/environments/${encodeURIComponent(environment)}/variables/${variableName}`;
    const found = await ask(path);
    return found !== undefined && variableAnswer.parse(found).value === value ? path : undefined;
  },
  "github:index/repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy": async (inputs, ask) => {
    const { repository, environment, branchPattern, tagPattern } = policyInputs.parse(inputs);
    const path = `repos/:owner/${repository}/environments/${encodeURIComponent(environment)}/deployment-branch-policies`;
    const answer = await ask(`${path}?per_page=100`);
    if (answer === undefined) return undefined;
    const [type, name] = branchPattern ? ["branch", branchPattern] : ["tag", tagPattern];
    const policy = policyList
      .parse(answer)
      .branch_policies.find((candidate) => candidate.type === type && candidate.name === name);
    return policy && `${path}/${policy.id}`;
  },
  // Their names are Slipway's own.
  "github:index/repositoryRuleset:RepositoryRuleset": async (inputs, ask) => {
    const { name, repository } = rulesetInputs.parse(inputs);
    const path = `repos/:owner/${repository}/rulesets`;
    const answer = await ask(`${path}?per_page=100`);
    const found = answer === undefined ? undefined : rulesetList.parse(answer).find((ruleset) => ruleset.name === name);
    return found && `${path}/${found.id}`;
  },
};

/** @returns the parsed answer; undefined when there is nothing at that path, or nothing to say */
async function askGitHub(method: "GET" | "DELETE", path: string, env: NodeJS.ProcessEnv): Promise<unknown> {
  const base = env.GITHUB_BASE_URL ?? "https://api.github.com/";
  const api = new URL(base).hostname === "api.github.com" ? base : new URL("api/v3/", base).href;
  const url = new URL(path.replace(":owner", env.GITHUB_OWNER ?? ""), api);
  const headers = { authorization: `Bearer ${env.GITHUB_TOKEN ?? ""}`, accept: "application/vnd.github+json" };
  const answer = await fetch(url, { method, headers, signal: AbortSignal.timeout(10_000) }).catch(
    (error: Error) => error,
  );
  if (!(answer instanceof Error)) {
    if (answer.status === 404 || answer.status === 204) return undefined;
    if (answer.ok) return answer.json();
  }
  const why = answer instanceof Error ? answer.message : `it answered ${answer.status}`;
  throw new UserError(
    `GitHub could not be asked what an interrupted run has made (${url.origin}): ${why}.\n  Check the network and GITHUB_TOKEN, then run the command again.`,
  );
}
