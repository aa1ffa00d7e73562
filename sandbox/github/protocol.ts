import { createHash, randomUUID } from "node:crypto";
import type { Context, MiddlewareHandler } from "hono";
import { GitHubError } from "./errors.ts";

/** The entity tag of an answer: weak, as GitHub's are. */
export function etag(body: string): string {
  return `W/"${createHash("sha256").update(body).digest("hex")}"`;
}

/** A megabyte: GitHub's own limits for what we take are far below. */
const largestBody = 1024 * 1024;

/** The request's JSON body, undefined when it is empty. @throws GitHubError 400 for broken JSON, 413 when it is too large */
export async function jsonBody(context: Context): Promise<unknown> {
  const text = await bodyText(context.req.raw);
  if (text.trim() === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new GitHubError(400, "Problems parsing JSON");
  }
}

async function bodyText(request: Request): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of request.body ?? []) {
      size += chunk.byteLength;
      if (size > largestBody) throw new GitHubError(413, "Payload too large");
      chunks.push(chunk);
    }
  } catch (error) {
    // The other side went away: nobody reads this answer, and it is no defect of ours.
    throw error instanceof GitHubError ? error : new GitHubError(400, "The request ended before its body");
  }
  return Buffer.concat(chunks).toString();
}

/** Adds the headers that GitHub's clients look at. The rate is never limited. */
export function githubHeaders(context: Context): void {
  const hour = Math.floor(Date.now() / 1000) + 3_600;
  const headers: Readonly<Record<string, string>> = {
    "X-GitHub-Media-Type": "github.v3; format=json",
    "X-GitHub-Api-Version-Selected": "2022-11-28",
    "X-GitHub-Request-Id": randomUUID(),
    "X-RateLimit-Limit": "15000",
    "X-RateLimit-Remaining": "15000",
    "X-RateLimit-Used": "0",
    "X-RateLimit-Reset": String(hour),
    "X-RateLimit-Resource": "core",
    "X-Content-Type-Options": "nosniff",
    Vary: "Accept, Authorization",
  };
  for (const [name, value] of Object.entries(headers)) context.res.headers.set(name, value);
}

/**
 * Refuses requests that name another host than this machine: a web page that has its own name point at 127.0.0.1 (DNS
 * rebinding) gets nothing.
 */
export const onlyLoopbackHosts: MiddlewareHandler = async (context, next) => {
  const host = context.req.header("host") ?? "";
  if (!/^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i.test(host)) {
    throw new GitHubError(421, "This server answers for 127.0.0.1 only");
  }
  await next();
};
