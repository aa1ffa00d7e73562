import { type Context, Hono } from "hono";
import { z } from "zod";
import { githubTime } from "./call.ts";
import { userPermission } from "./domain/access.ts";
import { forbidden, notFound, validationFailed } from "./errors.ts";
import { sameName } from "./lookup.ts";
import { jsonBody } from "./protocol.ts";
import { newId, permissions, type Run, type State, type User } from "./state.ts";
import type { Store } from "./store.ts";
import type { Tokens } from "./tokens.ts";
import type { Links } from "./views/links.ts";
import { runView } from "./views/runs.ts";

const jobSchema = z.strictObject({
  name: z.string().min(1),
  /** The environment that the job names, whose gate it has to pass. */
  environment: z.string().min(1).optional(),
  /** Jobs that come before, by name. */
  needs: z.array(z.string()).default([]),
});

const runSchema = z
  .strictObject({
    /** The repository's name, without its owner. */
    repository: z.string(),
    /** The workflow's file below .github/workflows, such as "promote.yml". */
    workflow: z.string().regex(/^[\w.-]+\.ya?ml$/),
    event: z.string().default("workflow_dispatch"),
    /** "refs/heads/main", "refs/tags/v1.2.3" or "refs/pull/7/merge". */
    ref: z.string().regex(/^refs\/(heads|tags|pull)\/.+$/),
    /** The commit, 40 hex digits. */
    sha: z.string().regex(/^[0-9a-f]{40}$/),
    jobs: z.array(jobSchema).min(1),
  })
  .refine(
    ({ jobs }) => jobs.every(({ name, needs }, index) => needs.every((need) => comesBefore(jobs, need, index, name))),
    {
      error: "a job needs only jobs that are listed before it",
      path: ["jobs"],
    },
  );

function comesBefore(jobs: readonly { readonly name: string }[], need: string, index: number, name: string): boolean {
  const at = jobs.findIndex((job) => job.name === need);
  return need !== name && at >= 0 && at < index;
}

/** What these routes need of the server. */
interface SlipwayService {
  readonly store: Store;
  readonly tokens: Tokens;
  readonly links: () => Links;
  readonly clock: () => Date;
}

/**
 * What only the sandbox has, below /_slipway: GitHub starts runs when somebody pushes or dispatches a workflow, and there is
 * neither git nor a runner here. `POST /_slipway/runs` starts one as the person whose token is sent, who needs the right to write.
 */
export function slipwayRoutes(service: SlipwayService): Hono {
  const app = new Hono();
  app.post("/runs", async (context: Context) => {
    const body = runSchema.safeParse(await jsonBody(context));
    if (!body.success) throw validationFailed(z.prettifyError(body.error));
    const authorization = context.req.header("authorization");
    const now = githubTime(service.clock());
    const view = await service.store.change((state) => {
      const viewer = service.tokens.authenticate(authorization, state);
      const { repository, run } = startRun(state, viewer, body.data, now);
      return runView({ links: service.links(), state, repository, viewer, now }, run);
    });
    return context.json(view, 201);
  });
  return app;
}

function startRun(state: State, viewer: User, wanted: z.infer<typeof runSchema>, now: string) {
  const repository = state.repositories.find((item) => sameName(item.name, wanted.repository));
  if (!repository) throw notFound();
  if (permissions.indexOf(userPermission(state, viewer, repository)) < permissions.indexOf("push")) {
    throw forbidden("Must have push rights to Repository.");
  }
  const workflowId = repository.runs.find(({ workflow }) => workflow === wanted.workflow)?.workflow_id ?? newId(state);
  const run: Run = {
    id: newId(state),
    workflow_id: workflowId,
    workflow: wanted.workflow,
    event: wanted.event,
    ref: wanted.ref,
    head_sha: wanted.sha,
    actor_id: viewer.id,
    jobs: wanted.jobs.map(({ environment = null, name, needs }) => ({ id: newId(state), name, environment, needs })),
    reviews: [],
    created_at: now,
    updated_at: now,
  };
  repository.runs.push(run);
  return { repository, run };
}
