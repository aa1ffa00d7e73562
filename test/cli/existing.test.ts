import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { existingId } from "../../delivery/cli/engine/existing.ts";
import type { PendingOperation } from "../../delivery/cli/engine/leftovers.ts";

const variable = "github:index/actionsEnvironmentVariable:ActionsEnvironmentVariable";
const policy = "github:index/repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy";

describe("looking for what an interrupted creation made in GitHub", () => {
  let server: Server;
  let env: NodeJS.ProcessEnv;
  const asked: string[] = [];
  const answers: Record<string, unknown> = {
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
      asked.push(`${request.headers.authorization} ${pathname}`);
      if (pathname.includes("broken")) response.writeHead(503).end();
      else if (pathname in answers) response.end(JSON.stringify(answers[pathname]));
      else response.writeHead(404).end("{}");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    env = { GITHUB_BASE_URL: `http://127.0.0.1:${port}/`, GITHUB_OWNER: "o", GITHUB_TOKEN: "t" };
  });
  after(() => server.close());

  const pending = (type: string, inputs: Record<string, unknown>): PendingOperation => ({
    operation: "creating",
    urn: `urn::${type}`,
    type,
    name: "x",
    inputs,
  });

  it("finds a variable, asking as the one whose token it has", async () => {
    const inputs = { repository: "r", environment: "dev", variableName: "LOG_LEVEL", value: "debug" };
    assert.equal(await existingId(pending(variable, inputs), env), "r:dev:LOG_LEVEL");
    assert.match(asked.at(-1) ?? "", /^Bearer t /);
  });

  it("finds no variable that was never made", async () => {
    const inputs = { repository: "r", environment: "dev", variableName: "OTHER", value: "" };
    assert.equal(await existingId(pending(variable, inputs), env), undefined);
  });

  it("tells a tag policy from a branch policy of the same name", async () => {
    const inputs = { repository: "r", environment: "a/b" };
    assert.equal(await existingId(pending(policy, { ...inputs, tagPattern: "v*" }), env), "r:a/b:8");
    assert.equal(await existingId(pending(policy, { ...inputs, branchPattern: "v*" }), env), "r:a/b:7");
    assert.equal(await existingId(pending(policy, { ...inputs, branchPattern: "main" }), env), undefined);
  });

  it("asks nobody about kinds that are created idempotently", async () => {
    const before = asked.length;
    assert.equal(await existingId(pending("random:index/randomId:RandomId", {}), env), undefined);
    assert.equal(asked.length, before);
  });

  it("does not take a GitHub that is down for one that has nothing", async () => {
    const inputs = { repository: "broken", environment: "dev", variableName: "A" };
    await assert.rejects(existingId(pending(variable, inputs), env), { name: "UserError", message: /it answered 503/ });
  });
});
