import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { GitHubDelivery, type GitHubDeliveryArgs } from "../../components/github-delivery.ts";
import { nothingExists } from "../../components/github-existing.ts";
import { findGitHub, findOwnerId } from "../../components/github-facts.ts";
import { planGates } from "../../components/github-gates-plan.ts";
import { GitHubProvider, ownerProblem, writeDelay } from "../../components/github-provider.ts";
import { readProcess } from "../../delivery/process/read.ts";
import { runMocked } from "../support/pulumi-mocks.ts";

const { process: release } = readProcess();
const gates = planGates(release, "staging", {}).gates.filter(({ environment }) => environment === "staging");

const args: GitHubDeliveryArgs = {
  owner: "teamflow",
  repository: "teamflow",
  stack: "staging",
  gates,
  process: planGates(release, "dev", {}).process,
  variables: { staging: { LOG_LEVEL: "info" } },
  facts: {
    repository: { url: "https://github.com/teamflow/teamflow", id: "42" },
    teams: new Map(
      Object.values(release.roles).map(({ team }, index) => [team, { id: index + 1, members: [`${team}-1`] }]),
    ),
    existing: nothingExists,
  },
};
const idOf = (team: string) => args.facts.teams.get(team)?.id;
const environmentType = "github:index/repositoryEnvironment:RepositoryEnvironment";
const policyType = "github:index/repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy";
const rulesetType = "github:index/repositoryRuleset:RepositoryRuleset";
const variableType = "github:index/actionsEnvironmentVariable:ActionsEnvironmentVariable";

const build = (changes: Partial<GitHubDeliveryArgs> = {}) =>
  runMocked(
    () => {
      const provider = new GitHubProvider("staging-github-provider", "teamflow");
      const delivery = new GitHubDelivery("staging-github", { ...args, ...changes }, { providers: [provider] });
      return { environments: delivery.environments, repositoryId: delivery.repositoryId };
    },
    {
      outputs: ({ type }) =>
        type === "github:index/team:Team" ? { id: "77" } : { htmlUrl: "https://github.com/teamflow/new", repoId: 43 },
    },
  );

/** Runs with other variables in the process environment, and puts them back. */
async function withEnvironment<T>(variables: Record<string, string>, run: () => Promise<T>): Promise<T> {
  const before = { ...process.env };
  Object.assign(process.env, variables);
  try {
    return await run();
  } finally {
    for (const name of Object.keys(variables)) delete process.env[name];
    Object.assign(process.env, before);
  }
}

describe("components/github-delivery", () => {
  it("gates a role's environment: its team by id, no self review, no admin bypass, named branches", async () => {
    const run = await build();
    assert.deepEqual(run.one(environmentType, "staging-github-staging.qa-lead").inputs, {
      repository: "teamflow",
      environment: "staging.qa-lead",
      reviewers: [{ teams: [idOf("qa-lead")] }],
      preventSelfReview: true,
      canAdminsBypass: false,
      deploymentBranchPolicy: { protectedBranches: false, customBranchPolicies: true },
    });
  });

  it("leaves the deploying environment to its branches and to the roles' jobs: nobody reviews there", async () => {
    const run = await build();
    assert.deepEqual(run.one(environmentType, "staging-github-staging").inputs, {
      repository: "teamflow",
      environment: "staging",
      canAdminsBypass: false,
      deploymentBranchPolicy: { protectedBranches: false, customBranchPolicies: true },
    });
  });

  it("adds a policy for each branch and tag, the same for a role's environment", async () => {
    const run = await build({ gates: gates.map((gate) => ({ ...gate, tags: ["v*"] })) });
    const policies = run.resources.filter(
      ({ inputs, type }) => type === policyType && inputs.environment === "staging",
    );
    assert.deepEqual(
      policies.map(({ name, inputs }) => [name, inputs.branchPattern, inputs.tagPattern]),
      [
        ["staging-github-staging-branch-main", "main", undefined],
        ["staging-github-staging-branch-release/*", "release/*", undefined],
        ["staging-github-staging-tag-v*", undefined, "v*"],
      ],
    );
    assert.equal(run.resources.filter(({ type }) => type === policyType).length, 3 * gates.length);
  });

  it("hands facts to workflows as variables, the owner's mark last", async () => {
    const run = await build();
    const variables = run.resources.filter(
      ({ inputs, type }) => type === variableType && inputs.environment === "staging",
    );
    assert.deepEqual(
      variables.map(({ inputs }) => [inputs.variableName, inputs.value]),
      [
        ["LOG_LEVEL", "info"],
        ["SLIPWAY_STACK", "staging"],
      ],
    );
  });

  it("asks for a wait only when there is one, since GitHub keeps no rule for none", async () => {
    const waiting = gates.map((gate) => ({ ...gate, waitMinutes: gate.role === undefined ? 30 : 0 }));
    const run = await build({ gates: waiting });
    assert.equal(run.one(environmentType, "staging-github-staging").inputs.waitTimer, 30);
    assert.ok(!("waitTimer" in run.one(environmentType, "staging-github-staging.qa-lead").inputs));
  });

  it("says where the environments are", async () => {
    const { result } = await build();
    assert.deepEqual(result.environments[0], {
      name: "staging",
      url: "https://github.com/teamflow/teamflow/deployments/staging",
    });
    assert.equal(result.environments.length, gates.length);
  });

  it("owns the rules of the repository where it is asked to, and builds none elsewhere", async () => {
    assert.equal((await build()).resources.filter(({ type }) => type === rulesetType).length, 0);
    const run = await build({ repositoryRules: { process: release, checks: ["Test"] } });
    const branches = run.one(rulesetType, "staging-github-rules-branches").inputs;
    assert.deepEqual(branches.conditions, {
      refName: { includes: ["refs/heads/develop", "refs/heads/main", "refs/heads/release/*"], excludes: [] },
    });
    const { pullRequest, requiredStatusChecks, ...rules } = branches.rules as Record<string, Record<string, unknown>>;
    assert.deepEqual(rules, { creation: false, update: false, deletion: true, nonFastForward: true });
    assert.deepEqual(requiredStatusChecks?.requiredChecks, [{ context: "Test" }]);
    assert.equal(pullRequest?.requireLastPushApproval, true);
    const [first] = (pullRequest?.requiredReviewers ?? []) as unknown[];
    assert.deepEqual(first, {
      reviewer: { id: idOf("ai-lead"), type: "Team" },
      filePatterns: ["voice-ai/**"],
      minimumApprovals: 1,
    });
    const releasing = run.one(rulesetType, "staging-github-rules-releasing").inputs;
    assert.deepEqual(releasing.bypassActors, [
      { actorId: idOf("release-manager"), actorType: "Team", bypassMode: "always" },
    ]);
    assert.deepEqual(run.one(rulesetType, "staging-github-rules-releases").inputs.rules, {
      creation: false,
      update: true,
      deletion: true,
      nonFastForward: true,
    });
  });

  it("knows the repository's id, whether it was found or is created: names can be taken by others", async () => {
    assert.equal((await build()).result.repositoryId, "42");
    assert.equal((await build({ createRepository: true })).result.repositoryId, "43");
  });

  it("keeps token and address of GitHub out of every input", async () => {
    const run = await withEnvironment(
      { GITHUB_TOKEN: "planted-token", GITHUB_BASE_URL: "http://127.0.0.1:4711/" },
      () => build(),
    );
    assert.deepEqual(run.one("pulumi:providers:github").inputs, { owner: "teamflow", writeDelayMs: "0" });
    assert.ok(!/planted-token|4711/.test(JSON.stringify(run.resources)));
  });

  it("builds with its own provider, never with one from the stack's settings", async () => {
    const run = await build();
    for (const { type, provider } of run.resources.filter(({ type }) => type.startsWith("github:"))) {
      assert.match(provider, /staging-github-provider/, type);
    }
  });

  it("lets a transform have the last word", async () => {
    const run = await build({ transform: { environment: { waitTimer: 5 } } });
    assert.equal(run.one(environmentType, "staging-github-staging").inputs.waitTimer, 5);
  });

  it("creates repository and teams for a first try, and gives the teams access", async () => {
    const run = await build({
      createRepository: true,
      createTeams: true,
      facts: { repository: undefined, teams: new Map(), existing: nothingExists },
    });
    assert.equal(run.one("github:index/repository:Repository").inputs.visibility, "private");
    assert.deepEqual(
      run.resources.filter(({ type }) => type === "github:index/team:Team").map(({ inputs }) => inputs.name),
      ["ai-lead", "devops-lead", "qa-lead", "tech-lead"],
    );
    assert.equal(
      run.one("github:index/teamRepository:TeamRepository", "staging-github-team-qa-lead-access").inputs.permission,
      "pull",
    );
    assert.equal(run.result.environments[0]?.url, "https://github.com/teamflow/new/deployments/staging");
  });

  it("stops before anything is created in GitHub when a gate could not work", async () => {
    const nobody = { process: planGates(release, "staging", {}).process, facts: { ...args.facts, teams: new Map() } };
    await assert.rejects(build(nobody), (error) => {
      assert.ok(pulumi.ResourceError.isInstance(error));
      assert.equal(error.hideStack, true);
      assert.match(
        error.message,
        /^The team "team-lead" of the role team-lead[^\n]* does not exist[^\n]*\nThe team "qa-lead"/,
      );
      return true;
    });
  });
});

describe("components/github-facts", () => {
  const find = (answer: (token: string, inputs: Record<string, unknown>) => Record<string, unknown>) =>
    runMocked(
      async () => {
        const provider = new GitHubProvider("dev-github-provider", "teamflow");
        const { repository, teams } = await findGitHub(provider, { repository: "teamflow", teams: ["cto", "dba"] });
        return { repository, teams: Object.fromEntries(teams) };
      },
      { answer: ({ token, inputs }) => answer(token, inputs) },
    );

  it("finds the repository's page and each team's id and members", async () => {
    const run = await find((token, { slug }) =>
      token.includes("getRepository")
        ? { htmlUrl: "https://github.com/teamflow/teamflow", repoId: 42 }
        : { id: slug === "cto" ? "1" : "2", members: [`${slug}-person`] },
    );
    assert.deepEqual(run.result, {
      repository: { url: "https://github.com/teamflow/teamflow", id: "42" },
      teams: { cto: { id: 1, members: ["cto-person"] }, dba: { id: 2, members: ["dba-person"] } },
    });
  });

  it("tells a team and a repository that do not exist from those that do", async () => {
    const run = await find((token, { slug }) => {
      if (token.includes("getRepository")) return {};
      if (slug === "dba")
        throw new Error("1 error occurred:\n\t* GET https://api.github.com/orgs/teamflow/teams/dba: 404 Not Found []");
      return { id: "1", members: [] };
    });
    assert.deepEqual(run.result, {
      repository: undefined,
      teams: { cto: { id: 1, members: [] }, dba: undefined },
    });
  });

  it("finds the owner's id without reading its members and repositories", async () => {
    const owner = (answer: () => Record<string, unknown>) =>
      runMocked(() => findOwnerId(new GitHubProvider("p", "teamflow"), "teamflow"), { answer });
    const run = await owner(() => ({ id: "4711" }));
    assert.equal(run.result, "4711");
    assert.deepEqual(run.calls[0]?.inputs, { name: "teamflow", summaryOnly: true });
    await assert.rejects(
      owner(() => {
        throw new Error("* GET https://api.github.com/orgs/teamflow: 404 Not Found []");
      }),
      /There is no organization "teamflow" in GitHub/,
    );
  });

  it("says what to check when GitHub cannot be asked", async () => {
    const run = find(() => {
      throw new Error(
        "1 error occurred:\n\t* GET https://api.github.com/orgs/teamflow/teams/cto: 401 Bad credentials []\n\n",
      );
    });
    await assert.rejects(run, (error) => {
      assert.ok(error instanceof Error && pulumi.RunError.isInstance(error));
      assert.match(
        error.message,
        /^GitHub could not be asked for the (repository "teamflow"|team "(cto|dba)"): .*401 Bad credentials \[\]\n {2}Check GITHUB_TOKEN/,
      );
      return true;
    });
  });
});

describe("components/github-provider", () => {
  for (const [baseUrl, expected] of [
    [undefined, {}],
    ["https://api.github.com/", {}],
    ["https://github.com/", {}],
    ["https://teamflow.ghe.com/", {}],
    ["https://notgithub.com/", { writeDelayMs: "0" }],
    ["http://127.0.0.1:4711/", { writeDelayMs: "0" }],
    ["https://github.example.com/", { writeDelayMs: "0" }],
    ["nonsense", {}],
  ] as const) {
    it(`${"writeDelayMs" in expected ? "does not wait" : "waits"} between writes to ${baseUrl ?? "GitHub by default"}`, () => {
      assert.deepEqual(writeDelay(baseUrl), expected);
    });
  }
});

describe("the owner in the settings and GITHUB_OWNER", () => {
  for (const variable of [undefined, "", "teamflow", "TeamFlow"]) {
    it(`agree when the variable is ${JSON.stringify(variable)}`, () =>
      assert.equal(ownerProblem("teamflow", variable), undefined));
  }
  it("stop the program when they differ, since the plugin would follow the variable", () =>
    assert.match(ownerProblem("other", "teamflow") ?? "", /owner is "other", but GITHUB_OWNER .* is "teamflow"/));
});
