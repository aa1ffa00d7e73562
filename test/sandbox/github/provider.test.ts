import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import type { EngineEvent, Stack } from "@pulumi/pulumi/automation/index.js";
import { type Edition, environmentName, program } from "./provider-program.ts";
import { ProviderWorkspace } from "./provider-workspace.ts";
import { TestGitHub } from "./support.ts";

const secret = "planted-secret-of-the-provider-test";
const environmentPath = `/repos/teamflow/proof/environments/${encodeURIComponent(environmentName)}`;

describe("local GitHub: the real provider", function () {
  this.timeout(180_000);
  let github: TestGitHub;
  let output = "";
  let workspace: ProviderWorkspace | undefined;
  const stacks = new Map<Edition["number"], Stack>();

  before(async function () {
    github = await TestGitHub.start();
    workspace = await ProviderWorkspace.create(github);
    if (!workspace) this.skip();
    for (const number of [1, 2] as const) {
      stacks.set(number, await workspace.stack("proof", program({ number, secret })));
    }
  });
  after(async () => {
    workspace?.dispose();
    await github?.remove();
  });

  const stack = (number: Edition["number"]): Stack => {
    const found = stacks.get(number);
    if (!found) throw new Error("no stack");
    return found;
  };
  const onOutput = (text: string): void => {
    output += text;
  };

  it("makes every resource, and looks things up", async () => {
    const { outputs, summary } = await stack(1).up({ onOutput });
    assert.equal(summary.result, "succeeded");
    assert.deepEqual(outputs.reviewer?.value, "Grace Kim");
    assert.deepEqual(outputs.cto?.value, ["mei-tanaka", "elena-rossi"]);
    assert.deepEqual(outputs.defaultBranch?.value, "main");
  });

  it("has the environment with its guards", async () => {
    const { body } = await github.api("GET", environmentPath);
    const guards = body.protection_rules.find((rule: { type: string }) => rule.type === "required_reviewers");
    assert.deepEqual(
      guards.reviewers.map(({ type, reviewer }: { type: string; reviewer: { slug?: string; login?: string } }) => [
        type,
        reviewer.slug ?? reviewer.login,
      ]),
      [
        ["Team", "provers"],
        ["User", "grace-kim"],
      ],
    );
    assert.deepEqual([guards.prevent_self_review, body.can_admins_bypass], [true, false]);
    const policies = (await github.api("GET", `${environmentPath}/deployment-branch-policies`)).body.branch_policies;
    const named = policies.map(({ type, name }: { type: string; name: string }) => `${type} ${name}`);
    assert.deepEqual(named.toSorted(), ["branch release/*", "tag v*"]);
  });

  it("has nothing to change when asked again", async () => {
    await stack(1).preview({ onOutput, expectNoChanges: true });
    await stack(1).refresh({ onOutput, expectNoChanges: true });
  });

  it("finds what was changed behind its back", async () => {
    await github.api("PATCH", "/repos/teamflow/proof", { description: "by hand" });
    await github.api("PUT", environmentPath, {
      wait_timer: 1,
      can_admins_bypass: true,
      deployment_branch_policy: { protected_branches: false, custom_branch_policies: true },
    });
    await github.api("PATCH", `${environmentPath}/variables/REGION`, { value: "by hand" });
    await github.api("DELETE", "/repos/teamflow/proof/actions/variables/KIND");
    const [{ id }] = (await github.api("GET", "/repos/teamflow/proof/rulesets")).body;
    await github.api("PUT", `/repos/teamflow/proof/rulesets/${id}`, { enforcement: "disabled" });
    const team = (await github.api("GET", "/orgs/teamflow/teams/provers")).body.id;
    await github.api("PUT", `/organizations/10000/team/${team}/repos/teamflow/proof`, { permission: "admin" });
    const found = new Map<string, string>();
    const onEvent = ({ resOutputsEvent }: EngineEvent): void => {
      const { op, urn } = resOutputsEvent?.metadata ?? {};
      if (urn && (op === "update" || op === "delete")) found.set(urn.split("::").at(-1) ?? "", op);
    };
    await stack(1).refresh({ onOutput, onEvent });
    assert.deepEqual(Object.fromEntries(found), {
      access: "update",
      environment: "update",
      repository: "update",
      "repository-variable": "delete",
      ruleset: "update",
      variable: "update",
    });
  });

  it("brings a second edition over the changes, and settles", async () => {
    await stack(2).up({ onOutput });
    assert.equal((await github.api("GET", "/repos/teamflow/proof")).body.description, "edition 2");
    assert.equal((await github.api("GET", `${environmentPath}/variables/REGION`)).body.value, "eu-2");
    await stack(2).preview({ onOutput, expectNoChanges: true });
    await stack(2).refresh({ onOutput, expectNoChanges: true });
  });

  it("leaves everything as it was when destroyed", async () => {
    await stack(2).destroy({ onOutput });
    const teams = (await github.api("GET", "/orgs/teamflow/teams?per_page=100")).body;
    assert.equal(teams.length, 14);
    assert.deepEqual(
      (await github.api("GET", "/orgs/teamflow/repos")).body.map((item: { name: string }) => item.name),
      ["teamflow"],
    );
  });

  it("had no defect, and showed no secret", () => {
    assert.deepEqual(
      github.log.filter((line) => line.startsWith("DEFECT")),
      [],
    );
    const seen = [output, github.log.join("\n"), readFileSync(path.join(github.data, "state.json"), "utf8")].join("\n");
    for (const text of [secret, github.token]) assert.ok(!seen.includes(text));
  });
});
