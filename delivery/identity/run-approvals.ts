import { z } from "zod";
import { UserError } from "../errors.ts";
import { asking, type GitHubPlace } from "./github.ts";
import { actorOf } from "./identity.ts";

/** A word that somebody gave in GitHub on a waiting job. */
export interface RunApproval {
  readonly actor: string;
  readonly role: string;
  readonly decision: "approve" | "reject";
  readonly comment?: string;
}

const approvals = z.array(
  z.object({
    environments: z.array(z.object({ name: z.string() })),
    state: z.string(),
    user: z.object({ login: z.string() }),
    comment: z.string().nullish(),
  }),
);

/**
 * Reads who let a run's jobs through. Each role of a gated environment is an environment of its own in GitHub
 * (`production.cto`), whose only reviewers are that role's team; so the environment says in which role somebody decided.
 * @param environment the deployment's environment; words on others' are not its
 * @throws UserError when there is no such run
 */
export async function readRunApprovals(
  { octokit, owner, repository }: GitHubPlace,
  run: number,
  environment: string,
): Promise<RunApproval[]> {
  const { data } = await asking(`the approvals of run ${run}`, () =>
    octokit.request("GET /repos/{owner}/{repo}/actions/runs/{run_id}/approvals", {
      owner,
      repo: repository,
      run_id: run,
    }),
  );
  const parsed = approvals.safeParse(data);
  if (!parsed.success)
    throw new UserError(
      `GitHub's answer about the approvals of run ${run} is none: ${parsed.error.issues[0]?.message}.`,
    );
  return parsed.data.flatMap(({ comment, environments, state, user }) =>
    environments.flatMap(({ name }): RunApproval[] => {
      const role = name.startsWith(`${environment}.`) ? name.slice(environment.length + 1) : undefined;
      if (role === undefined || (state !== "approved" && state !== "rejected")) return [];
      return [
        {
          actor: actorOf(user.login),
          role,
          decision: state === "approved" ? "approve" : "reject",
          ...(comment ? { comment } : {}),
        },
      ];
    }),
  );
}
