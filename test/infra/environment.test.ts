import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type Environment,
  environmentOfStack,
  environments,
  environmentsAllowing,
  judge,
  type Operation,
  operations,
  type Permission,
  permissionFor,
  pullRequestOf,
  rulesOf,
} from "../../infra/environment.ts";

describe("infra/environment", () => {
  // seeds/003, "Environment Access Matrix", column by column, and what follows from it for the two environments it lacks.
  const matrix: Record<Environment, Permission[]> = {
    development: ["allowed", "allowed", "limited", "allowed", "allowed", "never"],
    feature: ["allowed", "allowed", "limited", "allowed", "allowed", "never"],
    staging: ["allowed", "allowed", "allowed", "allowed", "allowed", "allowed"],
    preProduction: ["never", "never", "allowed", "never", "never", "readOnly"],
    production: ["never", "never", "never", "never", "never", "readOnly"],
  };
  const order: Operation[] = [
    "rlsTesting",
    "migrationTesting",
    "loadTesting",
    "featureDevelopment",
    "dataExperiments",
    "customerDemos",
  ];

  for (const environment of environments) {
    it(`permits in ${environment} what the source's matrix permits`, () => {
      assert.deepEqual(
        order.map((operation) => permissionFor(environment, operation)),
        matrix[environment],
      );
    });
  }

  it("knows every operation of the matrix", () => {
    assert.deepEqual([...operations], order);
  });

  it("keeps the source's rules for production, staging and the local test environment", () => {
    assert.deepEqual(rulesOf("production"), {
      allowTestData: false,
      requireBackup: true,
      logLevel: "error",
      requireConfirmation: true,
    });
    assert.deepEqual(rulesOf("staging"), {
      allowTestData: true,
      requireBackup: false,
      logLevel: "info",
      requireConfirmation: false,
    });
    assert.deepEqual(rulesOf("development"), {
      allowTestData: true,
      requireBackup: false,
      logLevel: "debug",
      requireConfirmation: false,
    });
  });

  it("gives pre-production, which holds production's data, production's care", () => {
    const { logLevel: _, ...care } = rulesOf("preProduction");
    const { logLevel: __, ...production } = rulesOf("production");
    assert.deepEqual(care, production);
  });

  it("never asks less of a later environment in the order of promotion", () => {
    const strictness = environments.map((environment) => {
      const rules = rulesOf(environment);
      return Number(!rules.allowTestData) + Number(rules.requireBackup) + Number(rules.requireConfirmation);
    });
    assert.deepEqual(
      strictness,
      strictness.toSorted((a, b) => a - b),
    );
  });

  it("names where an operation may go instead", () => {
    assert.deepEqual(environmentsAllowing("rlsTesting"), ["development", "feature", "staging"]);
    assert.deepEqual(environmentsAllowing("loadTesting"), ["staging", "preProduction"]);
  });

  it("gives a reason for every refusal and every limit, and for nothing else", () => {
    for (const environment of environments) {
      for (const operation of operations) {
        const { permission, why, source } = judge(environment, operation);
        assert.equal(why !== undefined, permission !== "allowed", `${operation} in ${environment}`);
        assert.ok(source.length > 0);
      }
    }
  });

  it("takes a load test before a release from another source than the matrix, which forbids it", () => {
    assert.match(judge("preProduction", "loadTesting").source, /Deployment Approval Chain/);
    assert.match(judge("production", "loadTesting").source, /Access Matrix, column "Production"/);
  });

  it("knows the pull request of a feature stack, up to six digits", () => {
    assert.equal(pullRequestOf("pr-42"), 42);
    assert.equal(pullRequestOf("pr-999999"), 999_999);
    for (const name of ["pr-0", "pr-042", "pr-1000000", "pr-4.2", "pr-x", "dev"])
      assert.equal(pullRequestOf(name), undefined);
  });

  for (const [stack, environment] of [
    ["dev", "development"],
    ["staging", "staging"],
    ["prod", "production"],
    ["pr-1", "feature"],
    ["pr-4711", "feature"],
    ["pr-0", undefined],
    ["pr-1x", undefined],
    ["pr-", undefined],
    ["production", undefined],
    ["development", undefined],
    ["Dev", undefined],
    ["constructor", undefined],
    ["", undefined],
  ] as const) {
    it(`takes the stack "${stack}" for ${environment ?? "none"}`, () => {
      assert.equal(environmentOfStack(stack), environment);
    });
  }

  it("takes no other name for production", () => {
    fc.assert(fc.property(fc.string(), (name) => name === "prod" || environmentOfStack(name) !== "production"));
  });
});
