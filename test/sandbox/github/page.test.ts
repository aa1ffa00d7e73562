import assert from "node:assert/strict";
import { sealed, TestGitHub } from "./support.ts";

const repo = "/repos/teamflow/teamflow";
const attack = `"'><script>alert(1)</script><img src=x onerror=alert(2)>`;

describe("local GitHub: pages", () => {
  let github: TestGitHub;

  before(async () => {
    github = await TestGitHub.start();
    const team = (await github.api("GET", "/orgs/teamflow/teams/cto")).body.id;
    const user = (await github.api("GET", "/users/grace-kim")).body.id;
    const reviewers = [
      { type: "Team", id: team },
      { type: "User", id: user },
    ];
    const settings = {
      wait_timer: 7,
      can_admins_bypass: false,
      reviewers,
      deployment_branch_policy: { protected_branches: false, custom_branch_policies: true },
    };
    await github.api("PUT", `${repo}/environments/production`, settings);
    await github.api("PUT", `${repo}/environments/${encodeURIComponent(attack)}`, {});
    await github.api("POST", `${repo}/environments/production/deployment-branch-policies`, { name: attack });
    await github.api("POST", `${repo}/environments/production/variables`, { name: "REGION", value: attack });
    const { key_id } = (await github.api("GET", `${repo}/actions/secrets/public-key`)).body;
    await github.api("PUT", `${repo}/environments/production/secrets/TOKEN`, { key_id, encrypted_value: sealed });
    await github.api("PATCH", repo, { description: attack });
    await github.api("PATCH", "/orgs/teamflow/teams/dba", { description: attack });
    await github.api("POST", `${repo}/rulesets`, { name: attack, enforcement: "active" });
    const repositoryId = (await github.api("GET", repo)).body.node_id;
    const mutation =
      "mutation($input: CreateBranchProtectionRuleInput!) { createBranchProtectionRule(input: $input) { clientMutationId } }";
    await github.graphql(mutation, { input: { repositoryId, pattern: attack } });
  });
  after(() => github.remove());

  const addresses = [
    "/",
    "/teamflow",
    "/mei-tanaka",
    "/teamflow/teamflow",
    "/teamflow/teamflow/settings/environments",
    "/teamflow/teamflow/deployments/production",
    "/orgs/teamflow/teams/dba",
  ];

  for (const address of addresses) {
    it(`shows ${address} without a token, escaped, and with a policy that allows no script`, async () => {
      const response = await fetch(github.url + address);
      const text = await response.text();
      assert.equal(response.status, 200);
      assert.match(response.headers.get("content-type") ?? "", /text\/html/);
      assert.match(response.headers.get("content-security-policy") ?? "", /^default-src 'none'; style-src 'sha256-/);
      assert.ok(!text.includes("<script") && !text.includes("<img"));
    });
  }

  it("shows who guards an environment", async () => {
    const text = await (await fetch(`${github.url}/teamflow/teamflow/settings/environments`)).text();
    for (const part of ["production", ">cto<", "grace-kim", "7 minutes", "may not bypass", "REGION", "TOKEN"])
      assert.ok(text.includes(part), part);
  });

  it("shows of a secret no more than its name", async () => {
    for (const address of addresses) assert.ok(!(await (await fetch(github.url + address)).text()).includes(sealed));
  });

  for (const address of [
    "/nobody",
    "/teamflow/nothing",
    "/nobody/teamflow/settings/environments",
    "/orgs/teamflow/teams/nobody",
    `/${encodeURIComponent(attack)}`,
  ]) {
    it(`answers 404 to ${address}`, async () => {
      const response = await fetch(github.url + address);
      assert.equal(response.status, 404);
      assert.ok(!(await response.text()).includes("<script"));
    });
  }

  it("has a page at every address that answers give for people", async () => {
    const found = [
      (await github.api("GET", "/orgs/teamflow")).body,
      (await github.api("GET", repo)).body,
      (await github.api("GET", "/users/grace-kim")).body,
      (await github.api("GET", "/orgs/teamflow/teams/cto")).body,
      (await github.api("GET", `${repo}/environments/production`)).body,
    ];
    for (const { html_url } of found) assert.equal((await fetch(html_url)).status, 200, html_url);
  });
});
