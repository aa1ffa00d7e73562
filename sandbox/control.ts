import { timingSafeEqual } from "node:crypto";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { z } from "zod";
import { reason } from "./errors.ts";
import { codeDigest } from "./parts/node-server.ts";
import { partNames } from "./parts.ts";
import { savedSettings } from "./state.ts";
import type { PartReport } from "./supervisor-core.ts";

/** The supervisor's exit code when another one holds the checkout: no failure, the client asks that one. */
export const exitBusy = 75;

/** Stands for the sandbox's code: a supervisor of other code hands over to one of this. */
export function codeVersion(): string {
  return codeDigest(import.meta.dirname, "**/*.{ts,py}");
}

/** What a client can ask of the supervisor, as `POST /<name>`. */
const orders = {
  /** Keep these parts running. Answers at once; the report tells how it goes. */
  start: z.object({
    parts: z.array(z.enum(partNames)),
    settings: savedSettings,
  }),
  /** End all parts, then the supervisor. */
  stop: z.object({}),
  /** End these parts and remove their data. */
  reset: z.object({ parts: z.array(z.enum(partNames)) }),
  /** End the supervisor and leave the parts running, for newer code to adopt. */
  handover: z.object({}),
} as const;

export type OrderName = keyof typeof orders;
export type Order<Name extends OrderName> = z.infer<(typeof orders)[Name]>;
export type OrderHandlers = { readonly [Name in OrderName]: (order: Order<Name>) => Promise<void> };

/** What the supervisor says of itself at `GET /report`. */
export interface SupervisorReport {
  readonly pid: number;
  /** Stands for the code that it runs. */
  readonly version: string;
  /** It has begun to end and takes no orders. */
  readonly ending: boolean;
  readonly parts: readonly PartReport[];
}

const bodyLimit = 64 * 1024;

/**
 * Listens for clients on a free port of 127.0.0.1. Every request shows the token; a browser cannot know it.
 * @returns the port
 */
export async function serveControl(
  token: () => string,
  report: () => SupervisorReport,
  handlers: OrderHandlers,
): Promise<number> {
  const server = http.createServer({ requestTimeout: 10_000 }, (request, response) => {
    const answer = (status: number, body: unknown) => {
      response.writeHead(status, { "content-type": "application/json", connection: "close" });
      response.end(JSON.stringify(body));
    };
    void respond(request, token(), report, handlers).then(
      ({ status, body }) => answer(status, body),
      (error: unknown) => answer(500, { error: reason(error) }),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: "127.0.0.1", port: 0 }, resolve);
  });
  return (server.address() as AddressInfo).port;
}

async function respond(
  request: http.IncomingMessage,
  token: string,
  report: () => SupervisorReport,
  handlers: OrderHandlers,
): Promise<{ status: number; body: unknown }> {
  if (!shows(request, token)) return { status: 401, body: { error: "wrong token" } };
  const name = request.url?.slice(1) ?? "";
  if (request.method === "GET" && name === "report") return { status: 200, body: report() };
  if (request.method !== "POST" || !isOrder(name)) return { status: 404, body: { error: "unknown request" } };
  if (report().ending) return { status: 409, body: { error: "the supervisor is ending" } };
  const order = orders[name].safeParse(JSON.parse(await readBody(request)));
  if (!order.success) return { status: 400, body: { error: z.prettifyError(order.error) } };
  const handle = handlers[name] as (order: unknown) => Promise<void>;
  await handle(order.data);
  return { status: 200, body: {} };
}

function shows(request: http.IncomingMessage, token: string): boolean {
  const [shown, wanted] = [Buffer.from(request.headers.authorization ?? ""), Buffer.from(`Bearer ${token}`)];
  return shown.length === wanted.length && timingSafeEqual(shown, wanted);
}

function isOrder(name: string): name is OrderName {
  return Object.hasOwn(orders, name);
}

async function readBody(request: http.IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of request) {
    body += String(chunk);
    if (body.length > bodyLimit) throw new Error("request too large");
  }
  return body;
}
