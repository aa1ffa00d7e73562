import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { removeHalfMade } from "../../delivery/cli/engine/half-made.ts";
import type { PendingOperation } from "../../delivery/cli/engine/leftovers.ts";

const variable = "github:index/actionsEnvironmentVariable:ActionsEnvironmentVariable";
const ruleset = "github:index/repositoryRuleset:RepositoryRuleset";
const policy = "github:index/repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy";

describe("taking away what an interrupted creation made in GitHub", () => {
  let server: Server;
  let env: NodeJS.ProcessEnv;
  let asked: string[] = [];
  const answers: Record<string, unknown> = {
    "/api/v3/repos/o/r/rulesets": [
      { id: 3, name: "somebody's" },
      { id: 4, name: "slipway: who releases" },
    ],
    "/api/v3/repos/o/r/environments/dev/variables/LOG_LEVEL": { name: "LOG_LEVEL", value: "debug" },
    "/api/v3/repos/o/r/environments/a%2Fb/deployment-branch-policies": {
      branch_policies: [
        { id: 7, name: "v*", type: "branch" },
        { id: 8, name: "v*", type: "tag" },
      ],
    },
  };

  before(async () => {
    server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? "", "http://localhost");
      asked.push(`${request.method} ${pathname}`);
      if (request.headers.authorization !== "Bearer t") response.writeHead(401).end();
      else if (pathname.includes("broken")) response.writeHead(503).end();
      else if (request.method === "DELETE") response.writeHead(204).end();
      else if (pathname in answers) response.end(JSON.stringify(answers[pathname]));
      else response.writeHead(404).end("{}");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    env = { GITHUB_BASE_URL: `http://127.0.0.1:${port}/`, GITHUB_OWNER: "o", GITHUB_TOKEN: "t" };
  });
  beforeEach(() => {
    asked = [];
  });
  after(() => server.close());

  const pending = (type: string, inputs: Record<string, unknown>): PendingOperation => ({
    operation: "creating",
    urn: `urn::${type}`,
    type,
    name: "x",
    inputs,
  });
  const deletions = () => asked.filter((line) => line.startsWith("DELETE"));

  it("removes a variable that is as it was being created", async () => {
    const inputs = { repository: "r", environment: "dev", variableName: "LOG_LEVEL", value: "debug" };
    assert.equal(await removeHalfMade(pending(variable, inputs), env), true);
    assert.deepEqual(deletions(), ["DELETE /api/v3/repos/o/r/environments/dev/variables/LOG_LEVEL"]);
  });

  it("removes the ruleset of the name that was being created, and no other", async () => {
    assert.equal(await removeHalfMade(pending(ruleset, { repository: "r", name: "slipway: who releases" }), env), true);
    assert.equal(await removeHalfMade(pending(ruleset, { repository: "r", name: "slipway: other" }), env), false);
    assert.deepEqual(deletions(), ["DELETE /api/v3/repos/o/r/rulesets/4"]);
  });

  it("leaves a variable with another value, which somebody else has made", async () => {
    const inputs = { repository: "r", environment: "dev", variableName: "LOG_LEVEL", value: "info" };
    assert.equal(await removeHalfMade(pending(variable, inputs), env), false);
    assert.deepEqual(deletions(), []);
  });

  it("does nothing about a variable that was never made", async () => {
    const inputs = { repository: "r", environment: "dev", variableName: "OTHER", value: "" };
    assert.equal(await removeHalfMade(pending(variable, inputs), env), false);
    assert.deepEqual(deletions(), []);
  });

  it("tells a tag policy from a branch policy of the same name", async () => {
    const inputs = { repository: "r", environment: "a/b" };
    const path = "DELETE /api/v3/repos/o/r/environments/a%2Fb/deployment-branch-policies";
    assert.equal(await removeHalfMade(pending(policy, { ...inputs, tagPattern: "v*" }), env), true);
    assert.equal(await removeHalfMade(pending(policy, { ...inputs, branchPattern: "v*" }), env), true);
    assert.equal(await removeHalfMade(pending(policy, { ...inputs, branchPattern: "main" }), env), false);
    assert.deepEqual(deletions(), [`${path}/8`, `${path}/7`]);
  });

  it("asks nobody about kinds that are created idempotently", async () => {
    assert.equal(await removeHalfMade(pending("random:index/randomId:RandomId", {}), env), false);
    assert.deepEqual(asked, []);
  });

  it("does not take a GitHub that is down for one that has nothing", async () => {
    const inputs = { repository: "broken", environment: "dev", variableName: "A", value: "" };
    await assert.rejects(removeHalfMade(pending(variable, inputs), env), {
      name: "UserError",
      message: /it answered 503/,
    });
  });
});
