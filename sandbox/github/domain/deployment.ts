import { type Deployment, newId, type Repository, type State, type User } from "../state.ts";

/** What somebody who makes a deployment says of it; the rest is GitHub's default. */
interface NewDeployment
  extends Partial<Omit<Deployment, "id" | "creator_id" | "statuses" | "created_at" | "updated_at">> {
  readonly ref: string;
}

/** A deployment as GitHub makes it, put into the repository. @param now ISO 8601 */
export function addDeployment(
  state: State,
  within: Repository,
  creator: User,
  wanted: NewDeployment,
  now: string,
): Deployment {
  const made: Deployment = {
    id: newId(state),
    sha: wanted.sha ?? wanted.ref,
    ref: wanted.ref,
    task: wanted.task ?? "deploy",
    environment: wanted.environment ?? "production",
    description: wanted.description ?? null,
    payload: wanted.payload ?? {},
    transient_environment: wanted.transient_environment ?? false,
    production_environment: wanted.production_environment ?? (wanted.environment ?? "production") === "production",
    creator_id: creator.id,
    statuses: [],
    created_at: now,
    updated_at: now,
  };
  within.deployments.push(made);
  return made;
}
