import assert from "node:assert/strict";
import fc from "fast-check";
import { type GateSettings, planGitHubDelivery, reviewingTeams } from "../../components/github-delivery-plan.ts";
import type { GitHubFacts, TeamFacts } from "../../components/github-facts.ts";

const gate: GateSettings = {
  reviewers: ["developers", "team-lead"],
  preventSelfReview: true,
  waitMinutes: 0,
  branches: ["develop"],
  tags: [],
  protectedBranches: false,
  variables: {},
};
const facts = (teams: Record<string, string[] | undefined>, repository = true): GitHubFacts => ({
  repository: repository ? { url: "https://github.com/teamflow/teamflow", id: "42" } : undefined,
  teams: new Map(
    Object.entries(teams).map(([slug, members], index): [string, TeamFacts | undefined] => [
      slug,
      members && { id: index + 1, members },
    ]),
  ),
});
const all = facts({ developers: ["ada", "bob"], "team-lead": ["cy", "di"] });
const settings = (environments: Record<string, GateSettings>) => ({
  owner: "teamflow",
  repository: "teamflow",
  environments,
});
const refusals = (changes: Partial<GateSettings>, found = all) =>
  planGitHubDelivery(settings({ dev: { ...gate, ...changes } }), found).refusals;

describe("components/github-delivery-plan", () => {
  it("plans an environment with its patterns and variables, sorted", () => {
    const plan = planGitHubDelivery(
      {
        ...settings({
          dev: {
            ...gate,
            reviewers: ["team-lead", "developers"],
            branches: ["release/*", "develop"],
            tags: ["v*"],
            variables: { B: "own" },
          },
        }),
        variables: { B: "stack", A: "stack" },
      },
      all,
    );
    assert.deepEqual(plan, {
      gates: [
        {
          name: "dev",
          reviewers: ["developers", "team-lead"],
          preventSelfReview: true,
          waitMinutes: 0,
          protectedBranches: false,
          patterns: [
            { kind: "branch", pattern: "develop" },
            { kind: "branch", pattern: "release/*" },
            { kind: "tag", pattern: "v*" },
          ],
          variables: [
            ["A", "stack"],
            ["B", "own"],
          ],
        },
      ],
      teams: ["developers", "team-lead"],
      refusals: [],
    });
  });

  it("plans the same whatever the order of the settings", () => {
    const reviewers = ["a", "b", "c", "d"];
    const found = facts(Object.fromEntries(reviewers.map((team) => [team, ["x", "y"]])));
    fc.assert(
      fc.property(
        fc.shuffledSubarray(reviewers, { minLength: 4 }),
        fc.shuffledSubarray(["x", "y"], { minLength: 2 }),
        (teams, names) => {
          const shuffled = Object.fromEntries(
            names.map((name) => [name, { ...gate, reviewers: teams, branches: teams }]),
          );
          const sorted = {
            x: { ...gate, reviewers, branches: reviewers },
            y: { ...gate, reviewers, branches: reviewers },
          };
          assert.deepEqual(planGitHubDelivery(settings(shuffled), found), planGitHubDelivery(settings(sorted), found));
        },
      ),
    );
  });

  it("names each team once over all environments", () => {
    assert.deepEqual(reviewingTeams({ a: gate, b: { ...gate, reviewers: ["cto", "developers"] } }), [
      "cto",
      "developers",
      "team-lead",
    ]);
  });

  describe("refuses", () => {
    const where = 'The GitHub environment "dev"';
    for (const [title, changes, expected] of [
      ["no reviewers", { reviewers: [] }, `${where} has no reviewers. Name 1 to 6 teams.`],
      [
        "a team named twice",
        { reviewers: ["developers", "developers"] },
        `${where} names the team "developers" twice. Name it once.`,
      ],
      [
        "protected branches beside patterns",
        { protectedBranches: true },
        `${where} has both protected branches and patterns, GitHub takes one of them. Remove one.`,
      ],
      ["every branch", { branches: [] }, `${where} lets every branch deploy. List the branches or tags that may.`],
    ] as const) {
      it(title, () => assert.equal(refusals(changes)[0], expected));
    }

    it("more reviewers than GitHub takes", () => {
      const reviewers = ["a", "b", "c", "d", "e", "f", "g"];
      const found = facts(Object.fromEntries(reviewers.map((team) => [team, ["x", "y"]])));
      assert.deepEqual(refusals({ reviewers }, found), [
        `${where} has 7 reviewers, GitHub takes 6. Put people who decide alike into one team.`,
      ]);
    });

    it("a repository that does not exist", () => {
      assert.deepEqual(refusals({}, { ...all, repository: undefined }), [
        'The repository "teamflow/teamflow" does not exist, or the token in GITHUB_TOKEN may not see it. ' +
          "Create it, correct slipway:github.owner and slipway:github.repository, or set slipway:github.createRepository to true.",
      ]);
    });

    it("every team that does not exist, by name", () => {
      assert.deepEqual(
        refusals(
          { reviewers: ["developers", "qa-lead", "cto"] },
          facts({ developers: ["ada", "bob"], cto: undefined }),
        ),
        ["cto", "qa-lead"].map(
          (team) =>
            `The team "${team}" does not exist in the organization "teamflow". ` +
            "Create it in GitHub, name another in slipway:github.environments, or set slipway:github.createTeams to true.",
        ),
      );
    });

    it("a gate that only one person could open, who may not open their own", () => {
      assert.deepEqual(refusals({}, facts({ developers: ["ada"], "team-lead": ["ada"] })), [
        'Nobody could approve every deployment to "dev": its reviewers (developers, team-lead) are one person in all, who may not approve their own. Add a second member.',
      ]);
    });

    it("a gate that nobody could open", () => {
      assert.deepEqual(refusals({ preventSelfReview: false }, facts({ developers: [], "team-lead": [] })), [
        'Nobody could approve every deployment to "dev": its reviewers (developers, team-lead) have no members. Add some to a team.',
      ]);
    });
  });

  it("accepts two people in two teams, and one person when self review is allowed", () => {
    assert.deepEqual(refusals({}, facts({ developers: ["ada"], "team-lead": ["bob"] })), []);
    assert.deepEqual(refusals({ preventSelfReview: false }, facts({ developers: ["ada"], "team-lead": [] })), []);
  });

  it("asks nothing of what it is to create", () => {
    const plan = planGitHubDelivery(
      { ...settings({ dev: gate }), createRepository: true, createTeams: true },
      { repository: undefined, teams: new Map() },
    );
    assert.deepEqual(plan.refusals, []);
  });
});
