import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { UsageError, UserError } from "../errors.ts";
import type { Identity } from "../release/store/change.ts";
import { asking, type GitHubPlace } from "./github.ts";

const user = z.object({ login: z.string().min(1), id: z.number() });

/**
 * Who the token of a terminal belongs to.
 * @throws UserError when GitHub does not know the token
 */
export async function identifyByToken(place: GitHubPlace, source: "terminal" | "sandbox"): Promise<Identity> {
  const { data } = await asking("your account", () => place.octokit.request("GET /user"));
  const { id, login } = user.parse(data);
  return { actor: actorOf(login), source, proof: `token of ${login} (account ${id})` };
}

/** A GitHub account as an actor; upper and lower case are one to GitHub. */
export function actorOf(login: string): string {
  return `github:${login.toLowerCase()}`;
}

/** The account behind an actor; undefined for one that is none of GitHub's. */
export function loginOf(actor: string): string | undefined {
  return actor.startsWith("github:") ? actor.slice("github:".length) : undefined;
}

const claims = z.object({
  sub: z.string().min(1),
  actor: z.string().min(1),
  repository: z.string().min(1),
  run_id: z.string().min(1),
  job_workflow_ref: z.string().optional(),
});

/** Whether this process is a job that may ask GitHub for a token that says which job it is. */
export function isWorkflow(env: NodeJS.ProcessEnv = process.env): boolean {
  return Boolean(env.ACTIONS_ID_TOKEN_REQUEST_URL && env.ACTIONS_ID_TOKEN_REQUEST_TOKEN);
}

/**
 * Who a job acts for, by the OIDC token that GitHub hands to it alone. The token comes straight from GitHub over TLS, so that its
 * signature says nothing more here; what decides about AWS is checked by AWS.
 * @param repository `owner/name` that the job must belong to
 * @throws UserError when GitHub gives none, or one of another repository
 */
export async function identifyByWorkflow(
  repository: string,
  env: NodeJS.ProcessEnv = process.env,
  request: typeof fetch = fetch,
): Promise<Identity> {
  const url = new URL(env.ACTIONS_ID_TOKEN_REQUEST_URL ?? "");
  url.searchParams.set("audience", "slipway");
  const response = await request(url, {
    headers: { authorization: `bearer ${env.ACTIONS_ID_TOKEN_REQUEST_TOKEN}` },
    signal: AbortSignal.timeout(30_000),
  });
  if (!response.ok)
    throw new UserError(
      `GitHub gave this job no identity (status ${response.status}).\n  Give the job the permission "id-token: write".`,
    );
  const { value } = z.object({ value: z.string() }).parse(await response.json());
  const found = claims.parse(JSON.parse(Buffer.from(value.split(".")[1] ?? "", "base64url").toString("utf8")));
  if (found.repository.toLowerCase() !== repository.toLowerCase())
    throw new UserError(
      `This job belongs to ${found.repository}, and releases here to ${repository}.\n  Run it in ${repository}.`,
    );
  return { actor: actorOf(found.actor), source: "workflow", proof: `${found.sub}, run ${found.run_id}` };
}

/**
 * The token of a made-up person of the sandbox's GitHub.
 * @param folder the local GitHub's data
 * @throws UsageError for nobody of that name, with those that there are
 */
export function tokenInSandbox(folder: string, login: string): string {
  const file = path.join(folder, "person-tokens.json");
  if (!existsSync(file))
    throw new UserError("The sandbox's GitHub has made no people yet.\n  Start it: ./slipway sandbox start");
  const tokens = z.record(z.string(), z.string()).parse(JSON.parse(readFileSync(file, "utf8")));
  const token = Object.hasOwn(tokens, login) ? tokens[login] : undefined;
  if (token !== undefined) return token;
  throw new UsageError(
    `The sandbox's GitHub knows nobody called "${login}".\n  There are: ${Object.keys(tokens).sort().join(", ")}.`,
  );
}
