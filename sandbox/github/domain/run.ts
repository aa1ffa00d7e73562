import { sameName } from "../lookup.ts";
import type { Environment, Repository, Run, RunJob, State, User } from "../state.ts";
import { teamsOf } from "./access.ts";
import { admits } from "./ref-pattern.ts";

/** How far a job is. `blocked`: a job that it needs is not done; `done` at a time: its gate was open then. */
type Progress =
  | { readonly state: "blocked" | "skipped" }
  | { readonly state: "waiting"; readonly since: string; readonly environment: Environment }
  | { readonly state: "done"; readonly at: string }
  | { readonly state: "failed"; readonly at: string };

/** What a run as a whole says of itself, in GitHub's words. */
interface RunStatus {
  readonly status: "waiting" | "completed";
  readonly conclusion: "success" | "failure" | null;
}

/** A gate that holds a run up. */
export interface PendingGate {
  readonly environment: Environment;
  /** Since when jobs wait at it. */
  readonly since: string;
}

/**
 * How far a job is at a moment. Nothing is kept of it: it follows from the run's reviews, the environments and the time. A job
 * without an environment, or with one that nobody guards, is done at once, since there is no runner.
 * @param now ISO 8601
 */
function progressOf(within: Repository, run: Run, job: RunJob, now: string): Progress {
  const before = job.needs.map((name) => run.jobs.find((item) => item.name === name));
  let since = run.created_at;
  for (const needed of before) {
    const progress: Progress = needed ? progressOf(within, run, needed, now) : { state: "blocked" };
    if (progress.state === "failed" || progress.state === "skipped") return { state: "skipped" };
    if (progress.state !== "done") return { state: "blocked" };
    if (progress.at > since) since = progress.at;
  }
  const environment = within.environments.find((item) => sameName(item.name, job.environment ?? ""));
  if (job.environment === null || !environment) return { state: "done", at: since };
  if (!admits(environment, run.ref)) return { state: "failed", at: since };
  return atGate(run, environment, since, now);
}

function atGate(run: Run, environment: Environment, since: string, now: string): Progress {
  const review = run.reviews.find((item) => item.environment_ids.includes(environment.id));
  if (review?.state === "rejected") return { state: "failed", at: review.created_at };
  const elapsed = new Date(Date.parse(since) + environment.wait_timer * 60_000).toISOString().replace(".000Z", "Z");
  const isHeld = (environment.reviewers.length > 0 && !review) || elapsed > now;
  if (isHeld) return { state: "waiting", since, environment };
  return { state: "done", at: [since, elapsed, review?.created_at ?? ""].sort().at(-1) ?? since };
}

/** The gates at which a run's jobs wait, each once. */
export function pendingGates(within: Repository, run: Run, now: string): PendingGate[] {
  const found = new Map<number, PendingGate>();
  for (const job of run.jobs) {
    const progress = progressOf(within, run, job, now);
    if (progress.state === "waiting" && !found.has(progress.environment.id)) {
      found.set(progress.environment.id, progress);
    }
  }
  return [...found.values()];
}

/** Whether a run waits, or how it ended. */
export function statusOf(within: Repository, run: Run, now: string): RunStatus {
  const all = run.jobs.map((job) => progressOf(within, run, job, now).state);
  if (all.includes("waiting")) return { status: "waiting", conclusion: null };
  return { status: "completed", conclusion: all.every((state) => state === "done") ? "success" : "failure" };
}

/** Whether somebody may open a gate of a run: a reviewer, and not who started it where self review is prevented. */
export function mayReview(state: State, run: Run, environment: Environment, user: User): boolean {
  if (environment.prevent_self_review && run.actor_id === user.id) return false;
  const teams = teamsOf(state, user).map(({ id }) => id);
  return environment.reviewers.some(({ type, id }) => (type === "User" ? id === user.id : teams.includes(id)));
}
