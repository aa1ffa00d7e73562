import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { type GitHubPlace, gitHubPlace, restAddress } from "../../../delivery/identity/github.ts";
import {
  actorOf,
  identifyByToken,
  identifyByWorkflow,
  isWorkflow,
  loginOf,
  tokenInSandbox,
} from "../../../delivery/identity/identity.ts";
import { readMembers, rolesOf } from "../../../delivery/identity/roles.ts";
import { readRunApprovals } from "../../../delivery/identity/run-approvals.ts";
import type { Process } from "../../../delivery/process/schema.ts";

const roles = {
  cto: { title: "CTO", team: "cto" },
  "tech-lead": { title: "Tech Lead", team: "tech-lead" },
  dba: { title: "DBA", team: "dba" },
} satisfies Process["roles"];
const process_ = { roles } as unknown as Process;

/** A GitHub that knows one token, three teams and one run. */
function gitHub(): Hono {
  const app = new Hono();
  app.use("*", async (context, next) => {
    if (context.req.header("authorization") !== "token good") return context.json({ message: "Bad credentials" }, 401);
    return next();
  });
  app.get("/api/v3/user", (context) => context.json({ login: "Ada", id: 7 }));
  app.get("/api/v3/orgs/teamflow/teams/:team/members", (context) => {
    const page = Number(context.req.query("page"));
    const team = context.req.param("team");
    if (team === "cto") return context.json(page === 1 ? [{ login: "Ada" }] : []);
    if (team !== "tech-lead") return context.json({ message: "Not Found" }, 404);
    const size = page === 1 ? 100 : 3;
    return context.json(Array.from({ length: size }, (_, index) => ({ login: `lead-${page}-${index}` })));
  });
  app.get("/api/v3/repos/teamflow/teamflow/actions/runs/42/approvals", (context) =>
    context.json([
      { environments: [{ name: "production.cto" }], state: "approved", user: { login: "Ada" }, comment: "go" },
      {
        environments: [{ name: "production.dba" }, { name: "pre-production.dba" }],
        state: "rejected",
        user: { login: "grace" },
        comment: "",
      },
      { environments: [{ name: "production" }], state: "approved", user: { login: "eve" }, comment: "" },
      { environments: [{ name: "production.tech-lead" }], state: "pending", user: { login: "eve" }, comment: "" },
    ]),
  );
  return app;
}

describe("who acts", () => {
  let server: ReturnType<typeof serve>;
  let base: string;
  before(async () => {
    server = serve({ fetch: gitHub().fetch, hostname: "127.0.0.1", port: 0 });
    if (!server.listening) await new Promise((resolve) => server.once("listening", resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  after(() => server.close());
  const place = (token = "good"): GitHubPlace =>
    gitHubPlace({ owner: "teamflow", repository: "teamflow" }, { GITHUB_TOKEN: token, GITHUB_BASE_URL: base });

  it("is whose token it is, as GitHub says", async () => {
    assert.deepEqual(await identifyByToken(place(), "terminal"), {
      actor: "github:ada",
      source: "terminal",
      proof: "token of Ada (account 7)",
    });
  });

  it("is nobody with a token that GitHub does not know, and the message does not show it", async () => {
    await assert.rejects(identifyByToken(place("stolen-secret"), "terminal"), (error: Error) => {
      assert.match(error.message, /your account.*Bad credentials[\s\S]*make a new one/);
      assert.doesNotMatch(error.message, /stolen-secret/);
      return true;
    });
  });

  it("is nobody without a token", () => {
    assert.throws(() => gitHubPlace({ owner: "a", repository: "b" }, {}), /GITHUB_TOKEN is not set/);
  });

  for (const [env, address] of [
    [{}, "https://api.github.com"],
    [{ GITHUB_BASE_URL: "https://api.github.com/" }, "https://api.github.com"],
    [{ GITHUB_BASE_URL: "https://github.example/" }, "https://github.example/api/v3"],
    [{ GITHUB_API_URL: "https://api.github.com", GITHUB_BASE_URL: "https://other/" }, "https://api.github.com"],
  ] as const)
    it(`asks ${address} for ${JSON.stringify(env)}`, () => {
      assert.equal(restAddress(env), address);
    });

  it("is one actor in upper and lower case", () => {
    assert.equal(actorOf("Mei-Tanaka"), actorOf("mei-tanaka"));
    assert.equal(loginOf(actorOf("Mei-Tanaka")), "mei-tanaka");
    assert.equal(loginOf("system:slipway"), undefined);
  });

  describe("in a job", () => {
    const token = (claims: object) =>
      ["head", Buffer.from(JSON.stringify(claims)).toString("base64url"), "sig"].join(".");
    const claims = {
      sub: "repo:teamflow/teamflow:environment:production",
      actor: "Ada",
      repository: "teamflow/teamflow",
      run_id: "42",
    };
    const env = { ACTIONS_ID_TOKEN_REQUEST_URL: "https://token.example/?api=1", ACTIONS_ID_TOKEN_REQUEST_TOKEN: "t" };
    const answering = (status: number, body: unknown, seen: Request[] = []) =>
      (async (url: URL, init: RequestInit) => {
        seen.push(new Request(url, init));
        return new Response(JSON.stringify(body), { status });
      }) as unknown as typeof fetch;

    it("is who started it, proved by the job's own subject", async () => {
      const seen: Request[] = [];
      const identity = await identifyByWorkflow(
        "teamflow/teamflow",
        env,
        answering(200, { value: token(claims) }, seen),
      );
      assert.deepEqual(identity, {
        actor: "github:ada",
        source: "workflow",
        proof: "repo:teamflow/teamflow:environment:production, run 42",
      });
      assert.equal(seen[0]?.url, "https://token.example/?api=1&audience=slipway");
      assert.equal(seen[0]?.headers.get("authorization"), "bearer t");
    });

    it("is nobody in another repository's job", async () => {
      const other = answering(200, { value: token({ ...claims, repository: "eve/teamflow" }) });
      await assert.rejects(identifyByWorkflow("teamflow/teamflow", env, other), /belongs to eve\/teamflow/);
    });

    it("is nobody where the job may not ask", async () => {
      assert.equal(isWorkflow({}), false);
      assert.equal(isWorkflow(env), true);
      await assert.rejects(identifyByWorkflow("teamflow/teamflow", env, answering(403, {})), /id-token: write/);
    });
  });

  describe("in the sandbox", () => {
    const folder = mkdtempSync(path.join(tmpdir(), "slipway-people-"));
    after(() => rmSync(folder, { recursive: true }));

    it("is somebody whom the local GitHub made up, or nobody", () => {
      assert.throws(() => tokenInSandbox(folder, "ada"), /made no people yet/);
      writeFileSync(path.join(folder, "person-tokens.json"), JSON.stringify({ ada: "token-of-ada", grace: "g" }));
      assert.equal(tokenInSandbox(folder, "ada"), "token-of-ada");
      assert.throws(() => tokenInSandbox(folder, "constructor"), /nobody called "constructor"[\s\S]*ada, grace/);
    });
  });

  it("has the roles of the teams they are in, however many members these have", async () => {
    const members = await readMembers(place(), process_, ["cto", "tech-lead"]);
    assert.equal(members.get("tech-lead")?.length, 103);
    assert.deepEqual(rolesOf(process_, members, ["github:ada", "github:lead-2-1", "github:eve", "system:slipway"]), {
      "github:ada": ["cto"],
      "github:eve": [],
      "github:lead-2-1": ["tech-lead"],
      "system:slipway": [],
    });
  });

  it("is told that a team does not exist", async () => {
    await assert.rejects(readMembers(place(), process_, ["dba"]), /members of the team dba/);
  });

  it("has decided in the role whose environment they let through, and in no other", async () => {
    assert.deepEqual(await readRunApprovals(place(), 42, "production"), [
      { actor: "github:ada", role: "cto", decision: "approve", comment: "go" },
      { actor: "github:grace", role: "dba", decision: "reject" },
    ]);
    assert.deepEqual(await readRunApprovals(place(), 42, "staging"), []);
    await assert.rejects(readRunApprovals(place(), 43, "production"), /approvals of run 43/);
  });
});
