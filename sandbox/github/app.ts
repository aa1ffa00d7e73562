import { type Context, Hono } from "hono";
import { type Call, githubTime, type Reply } from "./call.ts";
import { GitHubError, notFound } from "./errors.ts";
import { answerGraphQL } from "./graphql/endpoint.ts";
import type { OperationId } from "./openapi/answered.ts";
import type { Validator } from "./openapi/validate.ts";
import { pages } from "./page/pages.ts";
import { etag, githubHeaders, jsonBody, onlyLoopbackHosts } from "./protocol.ts";
import { handlers } from "./routes/handlers.ts";
import { slipwayRoutes } from "./slipway-routes.ts";
import type { State, User } from "./state.ts";
import type { Store } from "./store.ts";
import type { Tokens } from "./tokens.ts";
import type { Links } from "./views/links.ts";

/** What the routes need. */
export interface Service {
  readonly store: Store;
  readonly tokens: Tokens;
  readonly validator: Validator;
  readonly links: () => Links;
  readonly clock: () => Date;
  readonly log: (line: string) => void;
  /** Told of every operation that was answered. */
  readonly observe: (operation: OperationId, status: number) => void;
}

/** What is known of a request while it is answered. */
type Env = { Variables: { login?: string } };

/** All routes: /healthz, REST below /api/v3, /api/graphql, /_slipway for what only the sandbox has, and the pages. */
export function createApp(service: Service): Hono<Env> {
  const app = new Hono<Env>();
  app.use(async (context, next) => {
    const began = performance.now();
    await next();
    const took = `${Math.round(performance.now() - began)}ms`;
    const line = [context.req.method, escapedPath(context), context.res.status, took, context.get("login") ?? "-"];
    service.log(line.join(" "));
  });
  app.use(onlyLoopbackHosts);
  app.get("/healthz", (context) => context.json({ status: "ok" }));
  app.use("/api/*", async (context, next) => {
    await next();
    githubHeaders(context);
  });
  app.use("/api/*", async (context, next) => {
    context.set("login", service.tokens.authenticate(context.req.header("authorization"), service.store.current).login);
    await next();
  });
  addOperations(app, service);
  app.post("/api/graphql", async (context) => {
    const viewer = viewerOf(context, service.store.current);
    const answered = await answerGraphQL(service.store, viewer, await jsonBody(context), githubTime(service.clock()));
    return context.json(answered);
  });
  app.all("/api/*", () => refusal(notFound()));
  app.route("/_slipway", slipwayRoutes(service));
  app.route("/", pages(service.store));
  app.notFound(() => refusal(notFound()));
  app.onError((error, context) => {
    if (error instanceof GitHubError) return refusal(error);
    service.log(`DEFECT in ${context.req.method} ${escapedPath(context)}: ${error.stack}`);
    return refusal(new GitHubError(500, "Server Error"));
  });
  return app;
}

/** The path as it was sent, so that no line break gets into the log; without the query. */
function escapedPath(context: Context): string {
  return new URL(context.req.url).pathname.slice(0, 300);
}

function addOperations(app: Hono<Env>, service: Service): void {
  // Literal segments go first: `secrets/public-key` is no secret of that name.
  const operations = Object.entries(service.validator.operations).sort(([, a], [, b]) =>
    sortKey(a.path) < sortKey(b.path) ? -1 : 1,
  );
  for (const [name, operation] of operations) {
    const id = name as OperationId;
    const route = `/api/v3${operation.path.replaceAll(/\{([^}]+)\}/g, ":$1")}`;
    app.on(operation.method, route, async (context) => {
      const reply = await answer(service, id, context);
      service.observe(id, reply.status);
      return send(context, reply);
    });
  }
}

/** A path in which parameters sort after every literal segment. */
function sortKey(path: string): string {
  return path.replaceAll(/\{[^}]+\}/g, "\uffff");
}

/** Checks the request, runs the operation, checks the answer, and only then lets a change be kept. */
async function answer(service: Service, id: OperationId, context: Context<Env>): Promise<Reply> {
  const { validator, store } = service;
  try {
    const path = context.req.param() as Record<string, string>;
    const query = validator.parameters(id, path, context.req.query());
    const isRead = context.req.method === "GET";
    const body = isRead ? {} : validator.body(id, await jsonBody(context));
    const run = (state: State): Reply => {
      const call: Call = {
        state,
        viewer: viewerOf(context, state),
        path,
        query,
        body,
        url: new URL(context.req.url),
        links: service.links(),
        accept: context.req.header("accept") ?? "",
        now: githubTime(service.clock()),
      };
      const reply = handlers[id](call);
      validator.answer(id, reply.status, reply.body);
      return reply;
    };
    return isRead ? run(store.current) : await store.change(run);
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error;
    validator.answer(id, error.status, error.body);
    return { status: error.status, body: error.body };
  }
}

function viewerOf(context: Context<Env>, state: State): User {
  const user = state.users.find((item) => item.login === context.get("login"));
  if (!user) throw new GitHubError(401, "Bad credentials");
  return user;
}

function send(context: Context<Env>, reply: Reply): Response {
  const headers = new Headers(reply.headers);
  if (reply.body === undefined) return new Response(null, { status: reply.status, headers });
  const text = JSON.stringify(reply.body);
  headers.set("Content-Type", "application/json; charset=utf-8");
  if (reply.status < 300) {
    const tag = etag(text);
    headers.set("ETag", tag);
    headers.set("Cache-Control", "private, max-age=0, must-revalidate");
    const known = context.req.header("if-none-match")?.split(/\s*,\s*/);
    if (context.req.method === "GET" && known?.includes(tag)) return new Response(null, { status: 304, headers });
  }
  return new Response(text, { status: reply.status, headers });
}

function refusal(error: GitHubError): Response {
  return Response.json(error.body, { status: error.status });
}
