import http from "node:http";
import { pipeline } from "node:stream";
import type { Emulator } from "./emulator.ts";

/** Answers a request that is not for AWS; returns false when the request is none of its own. */
export type LocalHandler = (request: http.IncomingMessage, response: http.ServerResponse) => boolean;

/** Hypercorn keeps idle connections for 75 s (emulator/serve.py); ours must be given up before, in milliseconds. */
const idleLimit = 30_000;

/** Headers of one hop, which a proxy does not pass on (RFC 9110, 7.6.1). */
const ownHeaders = ["connection", "proxy-connection", "keep-alive", "expect", "upgrade", "te"] as const;

/** What the part's health waits for besides MiniStack itself. */
export type Settled = () => Promise<unknown>;

/**
 * Listens on 127.0.0.1 and passes requests on to MiniStack, streaming both ways. While MiniStack starts (again), requests wait.
 * @param local answers what is for the sandbox itself
 * @param settled resolves when what ran before the part was started runs again
 */
export async function startGateway(
  port: number,
  emulator: Emulator,
  local: LocalHandler,
  settled: Settled = async () => undefined,
): Promise<http.Server> {
  const agent = new http.Agent({ keepAlive: true, timeout: idleLimit });
  const server = http.createServer({ requestTimeout: 0 }, (request, response) => {
    const refusal = refusalOf(request);
    if (refusal) return answer(response, 403, refusal);
    const target = targetOf(request.url ?? "/");
    if (!target) return answer(response, 403, "The sandbox's gateway serves 127.0.0.1 only.");
    request.url = target.path;
    if (target.path === "/healthz") return void health(emulator, settled, response);
    if (local(request, response)) return;
    if (target.path.startsWith("/_")) return answer(response, 404, "There is nothing here.");
    void forward(request, response, { emulator, agent, host: target.host });
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: "127.0.0.1", port }, resolve);
  });
  return server;
}

/**
 * Where a request goes. A client that takes us for its proxy names an absolute address: S3 Control puts the account before
 * the host ("000000000000.127.0.0.1"), which resolves nowhere and is no valid host for `new URL`, so it is cut by text.
 * @returns undefined when it is meant for another host
 */
export function targetOf(url: string): { readonly path: string; readonly host?: string } | undefined {
  const absolute = /^https?:\/\/([^/?#]*)(.*)$/.exec(url);
  if (!absolute) return { path: url };
  const [, host = "", rest = ""] = absolute;
  if (!/(^|\.)(127\.0\.0\.1|localhost)(:\d+)?$/.test(host)) return undefined;
  return { path: rest.startsWith("/") ? rest : `/${rest}`, host: host.replace(/^.*(127\.0\.0\.1|localhost)/, "$1") };
}

/** No page in a browser may use the local AWS: browsers name the page's origin, SDKs do not. */
function refusalOf({ headers }: http.IncomingMessage): string | undefined {
  return headers.origin === undefined ? undefined : "The sandbox's AWS is not for web pages.";
}

async function health(emulator: Emulator, settled: Settled, response: http.ServerResponse): Promise<void> {
  const [ready] = await Promise.all([emulator.ready(), settled()]);
  answer(response, ready ? 200 : 503, ready ? "ready" : "MiniStack does not answer");
}

interface Onward {
  readonly emulator: Emulator;
  readonly agent: http.Agent;
  /** Replaces the host that the client named. */
  readonly host: string | undefined;
}

async function forward(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  { emulator, agent, host }: Onward,
): Promise<void> {
  if (!(await emulator.ready())) return answer(response, 503, "MiniStack does not run; see its log.");
  const headers: http.OutgoingHttpHeaders = { ...request.headers, ...(host === undefined ? {} : { host }) };
  for (const name of ownHeaders) delete headers[name];
  dropEmptyChecksums(headers);
  const onward = http.request({
    host: "127.0.0.1",
    port: emulator.port,
    method: request.method,
    path: request.url,
    headers,
    agent,
  });
  onward.once("response", (answered) => {
    response.writeHead(answered.statusCode ?? 502, answered.rawHeaders);
    pipeline(answered, response, () => undefined);
  });
  onward.once("error", (error) => {
    emulator.suspect();
    if (response.headersSent) response.destroy();
    // SDKs send a request that was answered with 503 again.
    else answer(response, 503, `MiniStack was interrupted (${error.message}).`);
  });
  response.once("close", () => onward.destroy());
  pipeline(request, onward, () => undefined);
}

/**
 * Over plain HTTP, SDKs in Go say "UNSIGNED-PAYLOAD" where a checksum of the content would stand; S3 takes that, MiniStack compares it.
 */
function dropEmptyChecksums(headers: http.OutgoingHttpHeaders): void {
  const empty = Object.keys(headers).filter(
    (name) => name.startsWith("x-amz-checksum-") && headers[name] === "UNSIGNED-PAYLOAD",
  );
  for (const name of empty) delete headers[name];
  if (empty.length > 0) delete headers["x-amz-sdk-checksum-algorithm"];
}

function answer(response: http.ServerResponse, status: number, message: string): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify({ message }));
}
