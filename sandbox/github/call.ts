import type { State, User } from "./state.ts";
import type { Links } from "./views/links.ts";

/** A request that was found good by GitHub's description, and what its handler may use. */
export interface Call {
  /** For GET the state as it is (read only), otherwise a draft that is kept when the handler returns. */
  readonly state: State;
  /** Who asks, proved by the token. */
  readonly viewer: User;
  /** Decoded path parameters, by the names that GitHub's description gives them. */
  readonly path: Readonly<Record<string, string>>;
  /** Query parameters, converted to the described types. */
  readonly query: Readonly<Record<string, unknown>>;
  /** The JSON body; an empty object when there was none. */
  readonly body: Readonly<Record<string, unknown>>;
  /** The request's URL, without anything secret. */
  readonly url: URL;
  /** Makes the URLs of the answer. */
  readonly links: Links;
  /** The request's Accept header. */
  readonly accept: string;
  /** The time of the request: ISO 8601, UTC, seconds. */
  readonly now: string;
}

/** What a handler answers. */
export interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers one operation. @throws GitHubError to refuse */
export type Handler = (call: Call) => Reply;

/** 200 with a body. */
export const ok = (body: unknown): Reply => ({ status: 200, body });
/** 201 with a body. */
export const created = (body: unknown): Reply => ({ status: 201, body });
/** 204. */
export const noContent: Reply = { status: 204 };

/** The time as GitHub writes it: without milliseconds. */
export function githubTime(date: Date): string {
  return date.toISOString().replace(/\.\d{3}Z$/, "Z");
}
