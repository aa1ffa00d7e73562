import type { Server } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import { codeOf, SandboxError } from "../errors.ts";
import { createApp } from "./app.ts";
import { pathByName } from "./by-id.ts";
import { githubTime } from "./call.ts";
import type { OperationId } from "./openapi/answered.ts";
import { Validator } from "./openapi/validate.ts";
import { seedState } from "./seed.ts";
import { Store } from "./store.ts";
import { Tokens } from "./tokens.ts";
import { Links } from "./views/links.ts";

/** How a local GitHub is started. */
export interface GitHubOptions {
  /** The folder of its state, made when missing. */
  readonly data: string;
  /** On 127.0.0.1; 0 takes a free one. */
  readonly port: number;
  /** The file with the token of the organization's bot. */
  readonly tokenFile: string;
  /** Gets one line a request, and every defect; never a token or a body. @default nothing */
  readonly log?: (line: string) => void;
  /** Told of every operation that was answered: tests use it to find one that they never call. */
  readonly observe?: (operation: OperationId, status: number) => void;
  /** @default the system's clock */
  readonly clock?: () => Date;
}

/** A local GitHub that is listening. */
export interface GitHub {
  /** `http://127.0.0.1:<port>`: with a slash at its end it is a GITHUB_BASE_URL. */
  readonly url: string;
  /** Answers the requests under way, writes what is to be written, and closes. */
  stop(): Promise<void>;
}

/**
 * Starts a local GitHub on 127.0.0.1: REST below /api/v3 and GraphQL at /api/graphql, as GitHub Enterprise Server has them,
 * pages for people below /, and /healthz.
 * @throws SandboxError when its state, its token or its port cannot be used
 */
export async function startGitHub(options: GitHubOptions): Promise<GitHub> {
  const { log = () => undefined, observe = () => undefined, clock = () => new Date() } = options;
  const store = await Store.open(options.data, () => seedState(githubTime(clock())));
  try {
    const tokens = await Tokens.load(options.tokenFile, options.data, store.current);
    let links = new Links("http://127.0.0.1");
    const app = createApp({ store, tokens, validator: new Validator(), links: () => links, clock, log, observe });
    const server = createAdaptorServer({
      fetch: (request, env) => app.fetch(byName(store, request), env),
      overrideGlobalObjects: false,
    }) as Server;
    links = new Links(`http://127.0.0.1:${await listen(server, options.port)}`);
    const stop = async (): Promise<void> => {
      await close(server);
      await store.close();
    };
    return { url: links.web, stop };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** The request under the path that GitHub's description knows, when it came by number (by-id.ts). */
function byName(store: Store, request: Request): Request {
  const base = "/api/v3";
  const url = new URL(request.url);
  if (!url.pathname.startsWith(`${base}/`)) return request;
  const path = url.pathname.slice(base.length);
  const named = pathByName(store.current, path) ?? path;
  return named === path ? request : new Request(`${url.origin}${base}${named}${url.search}`, request);
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => reject(codeOf(error) === "EADDRINUSE" ? portTaken(port, error) : error));
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address ? address.port : port);
    });
  });
}

function portTaken(port: number, cause: unknown): SandboxError {
  return new SandboxError({
    what: "Another program has the port of the local GitHub.",
    where: `127.0.0.1:${port}`,
    remedy: "Stop that program, or give another --port.",
    cause,
  });
}

/** Lets requests under way end, for two seconds at most. */
function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const limit = setTimeout(() => server.closeAllConnections(), 2_000);
    server.close(() => {
      clearTimeout(limit);
      resolve();
    });
    server.closeIdleConnections();
  });
}
