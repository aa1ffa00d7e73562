import assert from "node:assert/strict";
import path from "node:path";
import { z } from "zod";
import { readProcess } from "../../../delivery/process/read.ts";
import { must } from "../support/stack-context.ts";
import type { ProdContext } from "./context.ts";

const tokensSchema = z.record(z.string(), z.string());
const pendingSchema = z.array(z.object({ environment: z.object({ id: z.number(), name: z.string() }) }));

/** The people of the local GitHub, who act with their own tokens through GitHub's own interface. */
export class GitHubPeople {
  private readonly context: ProdContext;
  private tokens: Readonly<Record<string, string>> = {};
  private base = "";
  private members = new Map<string, readonly string[]>();

  constructor(context: ProdContext) {
    this.context = context;
  }

  /** Reads who there is, and who is in the team of each role of the process. */
  async read(): Promise<void> {
    const { checkout } = this.context;
    this.base = must((await checkout.endpoints("dev")).GITHUB_BASE_URL, "GITHUB_BASE_URL");
    const file = path.join(checkout.root, ".slipway", "sandbox", "github", "person-tokens.json");
    this.tokens = tokensSchema.parse(JSON.parse(checkout.readAbsolute(file)));
    const { process } = readProcess(path.join(checkout.root, "delivery", "process.yaml"));
    const [anybody] = Object.keys(this.tokens);
    for (const [role, { team }] of Object.entries(process.roles)) {
      const answer = await this.ask(must(anybody, "person"), "GET", `api/v3/orgs/teamflow/teams/${team}/members`);
      const list = z.array(z.object({ login: z.string() })).parse(await answer.json());
      this.members.set(
        role,
        list.map(({ login }) => login),
      );
    }
  }

  /** A person for each of these roles, all of them different ones. */
  distinct(roles: readonly string[], without: readonly string[]): ReadonlyMap<string, string> {
    const choose = (at: number, taken: readonly string[]): Map<string, string> | undefined => {
      const role = roles[at];
      if (role === undefined) return new Map();
      for (const person of this.members.get(role) ?? []) {
        if (taken.includes(person)) continue;
        const rest = choose(at + 1, [...taken, person]);
        if (rest) return rest.set(role, person);
      }
      return undefined;
    };
    return must(choose(0, without), `people for ${roles.join(", ")}`);
  }

  /** A run of a workflow whose jobs wait for these roles. @returns its id */
  async startRun(person: string, environment: string, roles: readonly string[]): Promise<number> {
    const jobs = roles.map((role) => ({ name: role, environment: `${environment}.${role}` }));
    const ref = environment === "staging" ? "refs/heads/main" : "refs/tags/v2.1.0";
    const body = { repository: "teamflow", workflow: "promote.yml", ref, sha: "a".repeat(40), jobs };
    const answer = await this.ask(person, "POST", "_slipway/runs", body);
    return z.object({ id: z.number() }).parse(await answer.json()).id;
  }

  /** Lets a job through. */
  async approve(run: number, environment: string, person: string): Promise<void> {
    assert.equal(await this.review(run, environment, person), 200, `${person} approves ${environment}`);
  }

  /** Somebody who may not let it through is not let to. */
  async refused(run: number, environment: string, person: string): Promise<void> {
    assert.equal(await this.review(run, environment, person), 403, `${person} tries ${environment}`);
  }

  private async review(run: number, environment: string, person: string): Promise<number> {
    const address = `api/v3/repos/teamflow/teamflow/actions/runs/${run}/pending_deployments`;
    const pending = pendingSchema.parse(await (await this.ask(person, "GET", address)).json());
    const id = must(pending.find((gate) => gate.environment.name === environment)?.environment.id, environment);
    const body = { environment_ids: [id], state: "approved", comment: "Looked at" };
    return (await this.ask(person, "POST", address, body)).status;
  }

  private ask(person: string, method: string, address: string, body?: unknown): Promise<Response> {
    return fetch(new URL(address, this.base), {
      method,
      headers: { authorization: `Bearer ${must(this.tokens[person], person)}`, accept: "application/vnd.github+json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  }
}
