import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type DeliveryFacts,
  type GitHubDeliverySettings,
  neededTeams,
  planGitHubDelivery,
} from "../../components/github-delivery-plan.ts";
import { type ExistingEnvironment, nothingExists } from "../../components/github-existing.ts";
import type { TeamFacts } from "../../components/github-facts.ts";
import { planGates } from "../../components/github-gates-plan.ts";
import type { GateEnvironment } from "../../delivery/process/gate-environments.ts";
import { readProcess } from "../../delivery/process/read.ts";

const { process } = readProcess();
const staging = planGates(process, "staging", {});
const settings = (changes: Partial<GitHubDeliverySettings> = {}): GitHubDeliverySettings => ({
  owner: "teamflow",
  repository: "teamflow",
  stack: "staging",
  ...staging,
  ...changes,
});
const gate = (changes: Partial<GateEnvironment> = {}): GateEnvironment => ({
  name: "staging.qa-lead",
  environment: "staging",
  role: "qa-lead",
  reviewers: ["qa-lead"],
  branches: ["release/*", "main"],
  tags: [],
  waitMinutes: 0,
  ...changes,
});
const facts = (changes: Partial<DeliveryFacts> = {}): DeliveryFacts => ({
  repository: { url: "https://github.com/teamflow/teamflow", id: "42" },
  teams: new Map(
    Object.values(process.roles).map(({ team }, index): [string, TeamFacts] => [
      team,
      { id: index + 1, members: [`${team}-1`, `${team}-2`] },
    ]),
  ),
  existing: nothingExists,
  ...changes,
});
const withTeams = (teams: Record<string, string[] | undefined>) => {
  const all = new Map(facts().teams);
  for (const [slug, members] of Object.entries(teams)) all.set(slug, members && { id: 99, members });
  return facts({ teams: all });
};
const existing = (name: string, found: Partial<ExistingEnvironment>) =>
  facts({
    existing: {
      environments: new Map([[name, { reviewers: 1, patterns: [], variables: new Map(), ...found }]]),
      rulesets: new Map(),
    },
  });
const refusals = (changes: Partial<GateEnvironment>, found = facts()) =>
  planGitHubDelivery(settings({ gates: [gate(changes)] }), found).refusals;

describe("components/github-delivery-plan", () => {
  it("plans an environment where a role approves: its team, its patterns, and who owns it", () => {
    const plan = planGitHubDelivery(settings({ gates: [gate({ tags: ["v*"] })] }), facts());
    assert.deepEqual(plan, {
      gates: [
        {
          name: "staging.qa-lead",
          reviewers: ["qa-lead"],
          waitMinutes: 0,
          patterns: [
            { kind: "branch", pattern: "main" },
            { kind: "branch", pattern: "release/*" },
            { kind: "tag", pattern: "v*" },
          ],
          variables: [{ name: "SLIPWAY_STACK", value: "staging" }],
        },
      ],
      teams: ["qa-lead"],
      rulesets: [],
      refusals: [],
      notices: [],
    });
  });

  it("tells workflows its facts where they deploy, and only there", () => {
    const { gates } = planGitHubDelivery(settings({ variables: { staging: { LOG_LEVEL: "info" } } }), facts());
    const told = Object.fromEntries(gates.map(({ name, variables }) => [name, variables.map((each) => each.name)]));
    assert.deepEqual(told.staging, ["LOG_LEVEL", "SLIPWAY_STACK"]);
    assert.deepEqual(told["staging.qa-lead"], ["SLIPWAY_STACK"]);
    assert.deepEqual(told.feature, ["SLIPWAY_STACK"]);
  });

  it("plans the same whatever the order of the process", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...staging.gates], { minLength: staging.gates.length }), (gates) => {
        assert.deepEqual(planGitHubDelivery(settings({ gates }), facts()), planGitHubDelivery(settings(), facts()));
      }),
    );
  });

  it("needs no team where nobody decides, and of others all that the process and the repository's rules name", () => {
    assert.deepEqual(neededTeams(planGates(process, "dev", {})), []);
    assert.ok(neededTeams(staging).includes("qa-lead"));
    const prod = planGates(process, "prod", {});
    const teams = neededTeams({ ...prod, repositoryRules: { process, checks: [] } });
    for (const team of ["ceo", "release-manager", "ai-lead"]) assert.ok(teams.includes(team), team);
  });

  describe("refuses", () => {
    it("a role without a team, but not a deploying environment without reviewers", () => {
      assert.deepEqual(refusals({ reviewers: [] }), [
        'The GitHub environment "staging.qa-lead" has no reviewers. Name the team of the role "qa-lead" in delivery/process.yaml.',
      ]);
      const { role: _, ...deploying } = gate({ name: "staging", reviewers: [] });
      assert.deepEqual(planGitHubDelivery(settings({ gates: [deploying] }), facts()).refusals, []);
    });

    it("every branch", () => {
      assert.deepEqual(refusals({ branches: [] }), [
        'The GitHub environment "staging.qa-lead" lets every branch deploy. List the branches or tags that may.',
      ]);
    });

    it("more reviewers than GitHub takes", () => {
      assert.deepEqual(refusals({ reviewers: ["a", "b", "c", "d", "e", "f", "g"] }), [
        'The GitHub environment "staging.qa-lead" has 7 reviewers, GitHub takes 6. Put people who decide alike into one team.',
      ]);
    });

    it("a repository that does not exist", () => {
      assert.deepEqual(refusals({}, facts({ repository: undefined })), [
        'The repository "teamflow/teamflow" does not exist, or the token in GITHUB_TOKEN may not see it. ' +
          "Create it, correct slipway:github.owner and slipway:github.repository, or set slipway:github.createRepository to true.",
      ]);
    });

    it("a role whose team does not exist", () => {
      assert.match(
        refusals({}, withTeams({ "qa-lead": undefined }))[0] ?? "",
        /The team "qa-lead" of the role qa-lead/,
      );
    });

    it("approvals that not enough people could give, whoever asks", () => {
      const [problem = ""] = refusals({}, withTeams({ "qa-lead": ["ada"], "tech-lead": ["ada"] }));
      assert.match(problem, /^Nobody could approve /);
      assert.match(problem, /Add members/);
    });
  });

  it("asks nothing of what it is to create", () => {
    const plan = planGitHubDelivery(
      settings({ createRepository: true, createTeams: true }),
      facts({ repository: undefined, teams: new Map() }),
    );
    assert.deepEqual(plan.refusals, []);
  });

  describe("where an environment exists already", () => {
    const wanted = [gate({ branches: ["main"] })];
    const plan = (found: Partial<ExistingEnvironment>, name = "staging.qa-lead") =>
      planGitHubDelivery(settings({ gates: wanted }), existing(name, found));
    const mark = (stack: string) => new Map([["SLIPWAY_STACK", stack]]);
    const main = { kind: "branch", pattern: "main" } as const;

    it("takes over what nobody marked, and says so before anybody says yes", () => {
      const { gates, notices, refusals } = plan({ patterns: [main] });
      assert.deepEqual(refusals, []);
      assert.match(notices[0] ?? "", /^The GitHub environment "staging.qa-lead" exists already .* is taken over/);
      assert.deepEqual(gates[0]?.variables, [{ name: "SLIPWAY_STACK", value: "staging" }]);
    });

    it("knows it in any letter case, as GitHub does", () => {
      const upper = planGitHubDelivery(
        settings({ gates: [gate({ name: "Staging.QA-Lead", branches: ["main"] })] }),
        existing("staging.qa-lead", {}),
      );
      assert.equal(upper.notices.length, 1);
    });

    it("keeps values that differ until somebody has seen the change in a preview", () => {
      const { role: _, ...deploying } = gate({ name: "staging", reviewers: [] });
      const { gates, notices } = planGitHubDelivery(
        settings({ gates: [deploying], variables: { staging: { A: "1", B: "2", C: "3" } } }),
        existing("staging", {
          variables: new Map([
            ["A", "1"],
            ["B", "by hand"],
            ["OTHERS", "theirs"],
          ]),
        }),
      );
      assert.deepEqual(gates[0]?.variables, [
        { name: "A", value: "1", adopt: "same" },
        { name: "B", value: "2", adopt: "as is" },
        { name: "C", value: "3" },
        { name: "SLIPWAY_STACK", value: "staging" },
      ]);
      assert.match(notices[0] ?? "", / B keep their values for now/);
    });

    it("refuses to take over what lets others deploy than the process does", () => {
      const { refusals } = plan({
        patterns: [main, { kind: "branch", pattern: "hotfix/*" }, { kind: "tag", pattern: "main" }],
      });
      assert.deepEqual(refusals, [
        'The GitHub environment "staging.qa-lead" exists already and lets the branch hotfix/* and the tag main deploy, which ' +
          "delivery/process.yaml does not. Remove that in GitHub (Settings, Environments), or add it to the process.",
      ]);
    });

    it("takes rulesets of its name over as they are, but not once it has been built", () => {
      const rules = { repositoryRules: { process, checks: ["Test"] } };
      const rulesets = new Map([["slipway: who releases", 7]]);
      const adopted = (found: DeliveryFacts) => {
        const { notices, rulesets: planned } = planGitHubDelivery(settings({ gates: wanted, ...rules }), found);
        return [planned.flatMap(({ adopt }) => adopt ?? []), notices.length];
      };
      assert.deepEqual(adopted(facts({ existing: { ...nothingExists, rulesets } })), [[7], 1]);
      const { environments } = existing("staging.qa-lead", { patterns: [main], variables: mark("staging") }).existing;
      assert.deepEqual(adopted(facts({ existing: { environments, rulesets } })), [[], 0]);
    });

    it("never touches another stack's", () => {
      assert.match(plan({ variables: mark("prod") }).refusals[0] ?? "", /belongs to the stack "prod"/);
    });

    it("says nothing of its own, and takes nothing over twice", () => {
      const { gates, notices, refusals } = plan({ patterns: [main], variables: mark("staging") });
      assert.deepEqual([notices, refusals], [[], []]);
      assert.deepEqual(gates[0]?.variables, [{ name: "SLIPWAY_STACK", value: "staging" }]);
    });

    it("tells of its own what a refresh does not see: patterns by hand, reviewers that are gone", () => {
      const { notices, refusals } = plan({
        patterns: [main, { kind: "branch", pattern: "anything" }],
        reviewers: 0,
        variables: mark("staging"),
      });
      assert.deepEqual(refusals, []);
      assert.match(notices[0] ?? "", /lets the branch anything deploy/);
      assert.match(notices[1] ?? "", /has lost its reviewers/);
    });
  });
});
