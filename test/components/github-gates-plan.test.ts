import assert from "node:assert/strict";
import { type GateOverride, planGates } from "../../components/github-gates-plan.ts";
import { memberProblems } from "../../delivery/process/member-problems.ts";
import { readProcess } from "../../delivery/process/read.ts";

const { process } = readProcess();
const plan = (stack: string, overrides: Record<string, GateOverride> = {}) => planGates(process, stack, overrides);
const named = (stack: string, name: string, overrides: Record<string, GateOverride> = {}) =>
  plan(stack, overrides).gates.find((gate) => gate.name === name);

describe("components/github-gates-plan", () => {
  it("gives prod an environment that deploys and one for each role that approves, for both of its environments", () => {
    const { gates, refusals } = plan("prod");
    assert.deepEqual(refusals, []);
    assert.deepEqual(
      gates.map(({ name }) => name),
      [
        "pre-production",
        ...["cto", "dba", "product-owner", "tech-lead"].map((role) => `pre-production.${role}`),
        "production",
        ...["cto", "devops-lead", "on-call", "release-manager", "security-lead", "tech-lead"].map(
          (role) => `production.${role}`,
        ),
      ],
    );
    assert.deepEqual(named("prod", "production.cto"), {
      name: "production.cto",
      environment: "production",
      role: "cto",
      reviewers: ["cto"],
      branches: [],
      tags: ["v*.*.*"],
      waitMinutes: 0,
    });
    assert.deepEqual(named("prod", "production")?.reviewers, []);
  });

  it("lets develop deploy development, main and release branches staging, pull requests their own environments", () => {
    const branches = (stack: string) =>
      Object.fromEntries(plan(stack).gates.map((gate) => [gate.name, [...gate.branches, ...gate.tags]]));
    assert.deepEqual(branches("dev"), { development: ["develop"] });
    const staging = ["main", "release/*"];
    assert.deepEqual(branches("staging"), {
      staging,
      "staging.ai-lead": staging,
      "staging.devops-lead": staging,
      "staging.qa-lead": staging,
      "staging.tech-lead": staging,
      feature: ["refs/pull/*/merge"],
      "feature.team-lead": ["refs/pull/*/merge"],
    });
  });

  it("gives a pull request's own stack none: staging keeps what all of them share", () => {
    assert.deepEqual(plan("pr-12").gates, []);
  });

  it("lays over an environment and its roles what the settings say otherwise; a wait is the deployment's alone", () => {
    const overrides = { production: { tags: ["release-*"], waitMinutes: 15 } };
    assert.deepEqual(named("prod", "production", overrides)?.tags, ["release-*"]);
    assert.deepEqual(named("prod", "production.cto", overrides)?.tags, ["release-*"]);
    assert.equal(named("prod", "production", overrides)?.waitMinutes, 15);
    assert.equal(named("prod", "production.cto", overrides)?.waitMinutes, 0);
    assert.deepEqual(named("prod", "pre-production", overrides)?.tags, ["v*.*.*"]);
  });

  it("does not open what the settings have closed", () => {
    assert.deepEqual(named("staging", "feature", { feature: { branches: [] } })?.branches, []);
  });

  it("refuses to speak of an environment that is not there, or another stack's", () => {
    assert.deepEqual(plan("dev", { dev: { branches: ["main"] }, production: {} }).refusals, [
      "slipway:github.environments.dev names an environment that delivery/process.yaml does not have; this stack has development. Correct the name, or remove it.",
      "slipway:github.environments.production is of the stack prod by delivery/process.yaml, not of dev. Say it in that stack's settings.",
    ]);
    assert.match(plan("pr-7", { feature: {} }).refusals[0] ?? "", /is of the stack pr-\*/);
  });

  it("follows another process without a line changed", () => {
    const other = readProcess("delivery/process/examples/three-environments.yaml").process;
    const gates = (stack: string) => planGates(other, stack, {}).gates;
    assert.deepEqual(gates("prod").find(({ name }) => name === "production")?.branches, ["main"]);
    const roles = gates("prod").flatMap(({ role }) => role ?? []);
    for (const role of ["cto", "lead-developer", "product-manager"]) assert.ok(roles.includes(role), role);
    assert.deepEqual(gates("staging").find(({ name }) => name === "staging")?.branches, ["release/*"]);
    assert.equal(
      gates("staging").find(({ environment }) => environment === "feature"),
      undefined,
    );
  });

  it("asks a stack only for the people who decide in it", () => {
    const problems = (stack: string) => memberProblems(plan(stack).process, new Map());
    assert.deepEqual(problems("dev"), []);
    assert.ok(problems("staging").some((problem) => problem.includes('"qa-lead"')));
    assert.ok(!problems("staging").some((problem) => problem.includes('"ceo"')));
    assert.ok(
      problems("prod").some((problem) => problem.includes('"ceo"')),
      "who is told of an emergency",
    );
  });
});
