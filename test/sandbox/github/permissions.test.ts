import assert from "node:assert/strict";
import { sealed, TestGitHub } from "./support.ts";

const repo = "/repos/teamflow/teamflow";

describe("local GitHub: who may do what", () => {
  const reader = "ingrid-berg"; // triage: may read, may not write
  let github: TestGitHub;
  let keyId: string;

  before(async () => {
    github = await TestGitHub.start();
    keyId = (await github.api("GET", `${repo}/actions/secrets/public-key`)).body.key_id;
    await github.api("PUT", `${repo}/environments/dev`, {});
  });
  after(() => github.remove());

  const adminOnly: readonly [string, string, unknown][] = [
    ["PUT", `${repo}/environments/mine`, {}],
    ["DELETE", `${repo}/environments/dev`, undefined],
    ["PATCH", repo, { description: "mine" }],
    ["DELETE", repo, undefined],
    ["POST", "/orgs/teamflow/repos", { name: "mine" }],
    ["POST", "/orgs/teamflow/teams", { name: "mine" }],
    ["PATCH", "/orgs/teamflow/teams/cto", { description: "mine" }],
    ["PUT", "/orgs/teamflow/teams/cto/memberships/ingrid-berg", {}],
    ["PUT", `/orgs/teamflow/teams/product-owner${repo}`, { permission: "admin" }],
    ["POST", `${repo}/rulesets`, { name: "mine", enforcement: "active" }],
    ["POST", `${repo}/actions/variables`, { name: "MINE", value: "" }],
  ];
  for (const [method, path, body] of adminOnly) {
    it(`lets a member without the right not ${method} ${path}`, async () => {
      assert.equal((await github.api(method, path, body, { as: reader })).status, 403);
    });
  }

  it("lets a writer set repository secrets, and only an administrator those of an environment", async () => {
    const body = { key_id: keyId, encrypted_value: sealed };
    const as = "amara-okafor"; // push
    assert.equal((await github.api("PUT", `${repo}/actions/secrets/MINE`, body, { as })).status, 201);
    assert.equal((await github.api("PUT", `${repo}/environments/dev/secrets/MINE`, body, { as })).status, 403);
    assert.equal(
      (await github.api("PUT", `${repo}/environments/dev/secrets/MINE`, body, { as: "grace-kim" })).status,
      201,
    );
  });

  it("lets a maintainer of a team change it", async () => {
    await github.api("PUT", "/orgs/teamflow/teams/dba/memberships/tomas-novak", { role: "maintainer" });
    const answer = await github.api(
      "PATCH",
      "/orgs/teamflow/teams/dba",
      { description: "data" },
      { as: "tomas-novak" },
    );
    assert.equal(answer.status, 200);
  });
});
