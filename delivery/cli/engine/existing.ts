import { z } from "zod";
import { UserError } from "../../errors.ts";
import type { PendingOperation } from "./leftovers.ts";

/**
 * Finds what an interrupted creation made all the same. Most of what Slipway builds is created idempotently and needs no
 * such look; GitHub refuses to create a second variable or branch policy of the same name, so these are looked up and
 * imported instead of being created again.
 * @param env where GitHub is and who asks: GITHUB_BASE_URL, GITHUB_OWNER, GITHUB_TOKEN
 * @returns the provider's id of the resource, undefined when it does not exist or its kind needs no look
 */
export async function existingId(operation: PendingOperation, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const lookUp = lookUps[operation.type];
  return lookUp?.(operation.inputs, (path) => askGitHub(path, env));
}

type Ask = (path: string) => Promise<unknown>;

const variableInputs = z.object({ repository: z.string(), environment: z.string(), variableName: z.string() });
const policyInputs = z.object({
  repository: z.string(),
  environment: z.string(),
  branchPattern: z.string().optional(),
  tagPattern: z.string().optional(),
});
const policyList = z.object({
  branch_policies: z.array(z.object({ id: z.number(), name: z.string(), type: z.string().default("branch") })),
});

const lookUps: Readonly<Record<string, (inputs: unknown, ask: Ask) => Promise<string | undefined>>> = {
  "github:index/actionsEnvironmentVariable:ActionsEnvironmentVariable": async (inputs, ask) => {
    const { repository, environment, variableName } = variableInputs.parse(inputs);
    const found = await ask(
      `repos/:owner/${repository}/environments/${encodeURIComponent(environment)}/variables/${variableName}`,
    );
    return found === undefined ? undefined : `${repository}:${idPart(environment)}:${variableName}`;
  },
  "github:index/repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy": async (inputs, ask) => {
    const { repository, environment, branchPattern, tagPattern } = policyInputs.parse(inputs);
    const answer = await ask(
      `repos/:owner/${repository}/environments/${encodeURIComponent(environment)}/deployment-branch-policies?per_page=100`,
    );
    if (answer === undefined) return undefined;
    const [type, name] = branchPattern ? ["branch", branchPattern] : ["tag", tagPattern];
    const policy = policyList
      .parse(answer)
      .branch_policies.find((candidate) => candidate.type === type && candidate.name === name);
    return policy && `${repository}:${idPart(environment)}:${policy.id}`;
  },
};

/** The provider joins the parts of an id by colons and escapes those within (its util.go, escapeIDPart). */
function idPart(text: string): string {
  return text.replaceAll(":", "??");
}

async function askGitHub(path: string, env: NodeJS.ProcessEnv): Promise<unknown> {
  const base = env.GITHUB_BASE_URL ?? "https://api.github.com/";
  const api = new URL(base).hostname === "api.github.com" ? base : new URL("api/v3/", base).href;
  const url = new URL(path.replace(":owner", env.GITHUB_OWNER ?? ""), api);
  const headers = { authorization: `Bearer ${env.GITHUB_TOKEN ?? ""}`, accept: "application/vnd.github+json" };
  const answer = await fetch(url, { headers, signal: AbortSignal.timeout(10_000) }).catch((error: Error) => error);
  if (!(answer instanceof Error)) {
    if (answer.status === 404) return undefined;
    if (answer.ok) return answer.json();
  }
  const why = answer instanceof Error ? answer.message : `it answered ${answer.status}`;
  throw new UserError(
    `GitHub could not be asked what an interrupted run has made (${url.origin}): ${why}.\n  Check the network and GITHUB_TOKEN, then run the command again.`,
  );
}
