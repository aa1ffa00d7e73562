import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { OperationId } from "../../../sandbox/github/openapi/answered.ts";
import { type GitHub, type GitHubOptions, startGitHub } from "../../../sandbox/github/server.ts";

/** An answer of the local GitHub. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests read JSON of many shapes, and an assertion fails where it is not as expected
  readonly body: any;
}

/** How a request differs from the bot's. */
export interface RequestOptions {
  /** The login of the person who asks. @default the bot */
  readonly as?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A local GitHub of one test, in a temporary folder. */
export class TestGitHub {
  readonly folder: string;
  readonly tokenFile: string;
  readonly token: string;
  readonly log: string[] = [];
  /** What was answered: `operation status`. */
  readonly observed = new Set<string>();
  #running: GitHub | undefined;

  constructor() {
    this.folder = mkdtempSync(path.join(tmpdir(), "slipway-github-"));
    this.tokenFile = path.join(this.folder, "token");
    this.token = `bot-${randomBytes(16).toString("hex")}`;
    writeFileSync(this.tokenFile, `${this.token}\n`, { mode: 0o600 });
  }

  static async start(options: Partial<GitHubOptions> = {}): Promise<TestGitHub> {
    const github = new TestGitHub();
    await github.start(options);
    return github;
  }

  get data(): string {
    return path.join(this.folder, "data");
  }

  get url(): string {
    if (!this.#running) throw new Error("the local GitHub is not running");
    return this.#running.url;
  }

  async start(options: Partial<GitHubOptions> = {}): Promise<void> {
    this.#running = await startGitHub({
      port: 0,
      data: this.data,
      tokenFile: this.tokenFile,
      log: (line) => this.log.push(line),
      observe: (operation: OperationId, status) => this.observed.add(`${operation} ${status}`),
      ...options,
    });
  }

  async stop(): Promise<void> {
    await this.#running?.stop();
    this.#running = undefined;
  }

  /** Stops and removes everything. */
  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** The token of a person. */
  tokenOf(login: string): string {
    const tokens = JSON.parse(readFileSync(path.join(this.data, "person-tokens.json"), "utf8")) as Record<
      string,
      string
    >;
    const token = tokens[login];
    if (!token) throw new Error(`${login} has no token`);
    return token;
  }

  /** One REST request: the path is below /api/v3. */
  async api(method: string, route: string, body?: unknown, options: RequestOptions = {}): Promise<Answer> {
    return this.fetch(`/api/v3${route}`, method, body, options);
  }

  /** One GraphQL request; the answer's body. */
  async graphql(query: string, variables: Readonly<Record<string, unknown>> = {}, options: RequestOptions = {}) {
    const { body } = await this.fetch("/api/graphql", "POST", { query, variables }, options);
    return body;
  }

  async fetch(
    route: string,
    method = "GET",
    body?: unknown,
    { as, headers = {} }: RequestOptions = {},
  ): Promise<Answer> {
    const response = await fetch(this.url + route, {
      method,
      redirect: "manual",
      headers: { authorization: `Bearer ${as ? this.tokenOf(as) : this.token}`, ...headers },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.includes("json");
    return { status: response.status, headers: response.headers, body: isJson && text ? JSON.parse(text) : text };
  }
}

/** Something that libsodium could have sealed: longer than what a sealed box adds. */
export const sealed = Buffer.alloc(60, 7).toString("base64");
