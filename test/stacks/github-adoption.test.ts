import assert from "node:assert/strict";
import type { EngineEvent, Stack, UpResult } from "@pulumi/pulumi/automation/index.js";
import { createGitHubSide } from "../../stacks/github.ts";
import { ProviderWorkspace } from "../sandbox/github/provider-workspace.ts";
import { TestGitHub } from "../sandbox/github/support.ts";

const environments = "/repos/teamflow/teamflow/environments";
const production = `${environments}/production`;
const custom = { protected_branches: false, custom_branch_policies: true };

/** Production's side of GitHub, as its stack builds it. */
async function program(): Promise<Record<string, unknown>> {
  const side = await createGitHubSide({
    stack: "prod",
    github: {
      owner: "teamflow",
      repository: "teamflow",
      createRepository: false,
      createTeams: false,
      environments: {},
    },
    variables: (kind) => ({ KIND: kind, LOG_LEVEL: "error" }),
    ownsRepository: true,
  });
  return { environments: side?.delivery.environments };
}

describe("production's side of GitHub, with the real engine, in a repository that has environments", function () {
  this.timeout(240_000);
  let github: TestGitHub;
  let workspace: ProviderWorkspace | undefined;
  let stack: Stack;

  before(async function () {
    github = await TestGitHub.start();
    workspace = await ProviderWorkspace.create(github);
    if (!workspace) this.skip();
    stack = await workspace.stack("prod", program);

    // Somebody has tried environments by hand: as it is to be, with another value, with something of their own.
    const { id } = (await github.api("GET", "/orgs/teamflow/teams/developers")).body;
    await github.api("PUT", production, {
      wait_timer: 30,
      can_admins_bypass: true,
      reviewers: [{ type: "Team", id }],
      deployment_branch_policy: custom,
    });
    await github.api("POST", `${production}/deployment-branch-policies`, { name: "v*.*.*", type: "tag" });
    await github.api("POST", `${production}/deployment-branch-policies`, { name: "hotfix/*", type: "branch" });
    for (const [name, value] of [
      ["KIND", "own"],
      ["LOG_LEVEL", "debug"],
      ["THEIRS", "stays"],
    ])
      await github.api("POST", `${production}/variables`, { name, value });
    await github.api("PUT", `${environments}/theirs`, {});
  });
  after(async () => {
    workspace?.dispose();
    await github?.remove();
  });

  /** What a run said to whoever reads it. */
  const diagnostics: string[] = [];
  const onEvent = ({ diagnosticEvent }: EngineEvent): void => {
    if (diagnosticEvent?.severity === "warning" || diagnosticEvent?.severity === "error")
      diagnostics.push(diagnosticEvent.message);
  };
  const up = async (): Promise<UpResult> => {
    diagnostics.length = 0;
    return stack.up({ onEvent });
  };
  const variables = async (): Promise<Record<string, string>> => {
    const { body } = await github.api("GET", `${production}/variables`);
    return Object.fromEntries(body.variables.map(({ name, value }: { name: string; value: string }) => [name, value]));
  };
  const patterns = async (): Promise<string[]> => {
    const { body } = await github.api("GET", `${production}/deployment-branch-policies`);
    return body.branch_policies.map(({ name, type }: { name: string; type: string }) => `${type} ${name}`);
  };

  it("refuses to take over what lets others deploy than the process does, and changes nothing", async () => {
    const before = (await github.api("GET", environments)).body;
    await assert.rejects(up(), /lets the branch hotfix\/\* deploy, which delivery\/process\.yaml does not/);
    assert.deepEqual((await github.api("GET", environments)).body, before);
    const { body } = await github.api("GET", `${production}/deployment-branch-policies`);
    const { id } = body.branch_policies.find(({ name }: { name: string }) => name === "hotfix/*");
    await github.api("DELETE", `${production}/deployment-branch-policies/${id}`);
  });

  it("takes the environment over, says so, and overwrites no value before it was seen in a preview", async () => {
    await up();
    const text = diagnostics.join("\n");
    assert.match(text, /The GitHub environment "production" exists already .* is taken over/);
    assert.match(text, /LOG_LEVEL keep their values for now/);
    assert.doesNotMatch(text, /"production\.cto" exists already/);
    assert.deepEqual(await variables(), { KIND: "own", LOG_LEVEL: "debug", SLIPWAY_STACK: "prod", THEIRS: "stays" });
    assert.deepEqual(await patterns(), ["tag v*.*.*"], "the same pattern is taken over, not made twice");
    const { body } = await github.api("GET", production);
    assert.equal(body.can_admins_bypass, false);
    assert.deepEqual(
      body.protection_rules.map(({ type }: { type: string }) => type),
      ["branch_policy"],
    );
  });

  it("shows and makes the change of the value that it kept, in the next run, and then has nothing to do", async () => {
    const { changeSummary } = await stack.preview();
    assert.equal(changeSummary.update, 1);
    await up();
    assert.equal((await variables()).LOG_LEVEL, "error");
    assert.deepEqual(diagnostics, []);
    await stack.preview({ expectNoChanges: true });
    await stack.refresh({ expectNoChanges: true });
  });

  it("has every role's environment with its team alone, and the repository's rules", async () => {
    const { body } = await github.api("GET", `${environments}?per_page=100`);
    const reviewers = Object.fromEntries(
      body.environments.map(
        (environment: { name: string; protection_rules: { reviewers?: { reviewer: { slug: string } }[] }[] }) => [
          environment.name,
          environment.protection_rules.flatMap((rule) => (rule.reviewers ?? []).map((each) => each.reviewer.slug)),
        ],
      ),
    );
    assert.deepEqual(reviewers["production.cto"], ["cto"]);
    assert.deepEqual(reviewers["production.release-manager"], ["release-manager"]);
    assert.deepEqual(reviewers["pre-production.dba"], ["dba"]);
    assert.deepEqual(reviewers.theirs, []);
    const rulesets = (await github.api("GET", "/repos/teamflow/teamflow/rulesets")).body;
    assert.deepEqual(rulesets.map(({ name }: { name: string }) => name).sort(), [
      "slipway: branches that deploy",
      "slipway: releases stay",
      "slipway: who releases",
    ]);
  });

  it("tells of a pattern that somebody adds by hand afterwards, which a refresh does not see", async () => {
    await github.api("POST", `${production}/deployment-branch-policies`, { name: "main", type: "branch" });
    await up();
    assert.match(diagnostics.join("\n"), /"production" lets the branch main deploy/);
  });

  it("takes over from a run whose state was lost what it made, rulesets too", async () => {
    const again = await workspace?.stack("again", program);
    assert.ok(again);
    const { body } = await github.api("GET", `${production}/deployment-branch-policies`);
    const { id } = body.branch_policies.find(({ name }: { name: string }) => name === "main");
    await github.api("DELETE", `${production}/deployment-branch-policies/${id}`);
    // Environments that carry the stack's mark count as made: somebody who lost the state takes the mark away.
    const all = (await github.api("GET", `${environments}?per_page=100`)).body.environments;
    for (const { name } of all.filter((environment: { name: string }) => environment.name !== "theirs"))
      await github.api("DELETE", `${environments}/${name}/variables/SLIPWAY_STACK`);
    const { summary } = await again.up();
    assert.equal(summary.result, "succeeded");
    await again.preview({ expectNoChanges: true });
    assert.equal((await github.api("GET", "/repos/teamflow/teamflow/rulesets")).body.length, 3);
  });

  it("had no defect", () =>
    assert.deepEqual(
      github.log.filter((line) => line.startsWith("DEFECT")),
      [],
    ));
});
