import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { GitHubDelivery, type GitHubDeliveryArgs } from "../../components/github-delivery.ts";
import { findGitHub, findOwnerId } from "../../components/github-facts.ts";
import { GitHubProvider, ownerProblem, writeDelay } from "../../components/github-provider.ts";
import { runMocked } from "../support/pulumi-mocks.ts";

const args: GitHubDeliveryArgs = {
  owner: "teamflow",
  repository: "teamflow",
  environments: {
    dev: {
      reviewers: ["team-lead", "developers"],
      preventSelfReview: true,
      waitMinutes: 0,
      branches: ["develop", "release/*"],
      tags: ["v*"],
      protectedBranches: false,
      variables: {},
    },
  },
  variables: { SLIPWAY_STACK: "dev" },
  facts: {
    repository: { url: "https://github.com/teamflow/teamflow", id: "42" },
    teams: new Map([
      ["developers", { id: 11, members: ["ada", "bob"] }],
      ["team-lead", { id: 12, members: ["cy"] }],
    ]),
  },
};
const environmentType = "github:index/repositoryEnvironment:RepositoryEnvironment";
const policyType = "github:index/repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy";
const variableType = "github:index/actionsEnvironmentVariable:ActionsEnvironmentVariable";

const build = (changes: Partial<GitHubDeliveryArgs> = {}) =>
  runMocked(
    () => {
      const provider = new GitHubProvider("dev-github-provider", "teamflow");
      const delivery = new GitHubDelivery("dev-github", { ...args, ...changes }, { providers: [provider] });
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
  it("gates the environment: reviewers by id, no self review, no admin bypass, named branches", async () => {
    const run = await build();
    assert.deepEqual(run.one(environmentType).inputs, {
      repository: "teamflow",
      environment: "dev",
      reviewers: [{ teams: [11, 12] }],
      preventSelfReview: true,
      canAdminsBypass: false,
      deploymentBranchPolicy: { protectedBranches: false, customBranchPolicies: true },
    });
  });

  it("adds a policy for each branch and tag", async () => {
    const run = await build();
    const policies = run.resources.filter(({ type }) => type === policyType);
    assert.deepEqual(
      policies.map(({ name, inputs }) => [name, inputs.branchPattern, inputs.tagPattern]),
      [
        ["dev-github-dev-branch-develop", "develop", undefined],
        ["dev-github-dev-branch-release/*", "release/*", undefined],
        ["dev-github-dev-tag-v*", undefined, "v*"],
      ],
    );
  });

  it("hands facts to workflows as variables", async () => {
    const run = await build();
    assert.deepEqual(run.one(variableType).inputs, {
      repository: "teamflow",
      environment: "dev",
      variableName: "SLIPWAY_STACK",
      value: "dev",
    });
  });

  it("asks for a wait only when there is one, since GitHub keeps no rule for none", async () => {
    const dev = args.environments.dev;
    assert.ok(dev);
    assert.equal(
      (await build({ environments: { dev: { ...dev, waitMinutes: 30 } } })).one(environmentType).inputs.waitTimer,
      30,
    );
    assert.ok(!("waitTimer" in (await build()).one(environmentType).inputs));
  });

  it("says where the environment is", async () => {
    const { result } = await build();
    assert.deepEqual(result.environments, [
      { name: "dev", url: "https://github.com/teamflow/teamflow/deployments/dev" },
    ]);
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
      assert.match(provider, /dev-github-provider/, type);
    }
  });

  it("lets a transform have the last word", async () => {
    const run = await build({ transform: { environment: { waitTimer: 5 } } });
    assert.equal(run.one(environmentType).inputs.waitTimer, 5);
  });

  it("creates repository and teams for a first try, and gives the teams access", async () => {
    const run = await build({
      createRepository: true,
      createTeams: true,
      facts: { repository: undefined, teams: new Map() },
    });
    assert.equal(run.one("github:index/repository:Repository").inputs.visibility, "private");
    assert.deepEqual(
      run.resources.filter(({ type }) => type === "github:index/team:Team").map(({ inputs }) => inputs.name),
      ["developers", "team-lead"],
    );
    assert.equal(
      run.one("github:index/teamRepository:TeamRepository", "dev-github-team-developers-access").inputs.permission,
      "pull",
    );
    assert.deepEqual(run.result.environments, [
      { name: "dev", url: "https://github.com/teamflow/new/deployments/dev" },
    ]);
  });

  it("stops before anything is created in GitHub when a gate could not work", async () => {
    await assert.rejects(build({ facts: { ...args.facts, teams: new Map() } }), (error) => {
      assert.ok(pulumi.ResourceError.isInstance(error));
      assert.equal(error.hideStack, true);
      assert.match(error.message, /^The team "developers" does not exist[^\n]*\nThe team "team-lead" does not exist/);
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
