import assert from "node:assert/strict";
import fc from "fast-check";
import { changedDeployables } from "../../../delivery/process/changed-deployables.ts";
import { environmentsOfStack, gateEnvironments } from "../../../delivery/process/gate-environments.ts";
import { promotionLine } from "../../../delivery/process/promotion-line.ts";
import { parseProcess } from "../../../delivery/process/read.ts";
import { requiredRoles, requiredValidations } from "../../../delivery/process/requirements.ts";
import type { Process } from "../../../delivery/process/schema.ts";
import { defaultProcess, defaultText, exampleProcess } from "./support/shipped.ts";

const deployables = Object.keys(defaultProcess.deployables);
const someDeployables = fc.subarray(deployables);
const environmentName = fc.constantFrom(...Object.keys(defaultProcess.environments));
const bothProcesses = fc.constantFrom(defaultProcess, exampleProcess);

describe("the deployables that a change touches", () => {
  const table: ReadonlyArray<readonly [paths: readonly string[], deployables: readonly string[]]> = [
    [[], []],
    [["README.md", "docs/process.md"], []],
    [["frontend/src/app.ts"], ["frontend"]],
    [
      ["migrations/0056_more.up.sql", "backend/app/main.py"],
      ["backend", "database"],
    ],
    [["Pulumi.prod.yaml"], ["infrastructure"]],
    [["Pulumi.yaml", "policy/packs.ts", "stacks/prod.ts"], ["infrastructure"]],
    [["voice-ai/model.py"], ["voice-ai"]],
    [["my/frontend/app.ts", "backend.md"], []],
  ];
  for (const [paths, expected] of table) {
    it(`of ${paths.join(" and ") || "nothing"} are ${expected.join(" and ") || "none"}`, () => {
      assert.deepEqual(changedDeployables(defaultProcess, paths), expected);
    });
  }
});

describe("the roles that a promotion needs", () => {
  it("are those of all its deployables, each with those that ask for it", () => {
    assert.deepEqual(requiredRoles(defaultProcess, "production", ["frontend", "database"]), [
      { role: "cto", deployables: ["database"] },
      { role: "release-manager", deployables: ["database", "frontend"] },
      { role: "security-lead", deployables: ["database"] },
    ]);
    assert.deepEqual(requiredRoles(exampleProcess, "production", ["frontend"]), [
      { role: "cto", deployables: ["frontend"] },
      { role: "lead-developer", deployables: ["frontend"] },
      { role: "product-manager", deployables: ["frontend"] },
    ]);
  });

  it("are none in development and for nothing", () => {
    assert.deepEqual(requiredRoles(defaultProcess, "development", deployables), []);
    assert.deepEqual(requiredRoles(defaultProcess, "production", []), []);
  });

  it("never become fewer when more changes, and are exactly the union of the cells", () => {
    fc.assert(
      fc.property(
        bothProcesses,
        fc.constantFrom("staging", "production"),
        someDeployables,
        someDeployables,
        (...args) => {
          const [process, environment, some, more] = args;
          const roles = (list: readonly string[]) => requiredRoles(process, environment, list).map(({ role }) => role);
          const all = roles([...some, ...more]);
          for (const role of roles(some)) assert.ok(all.includes(role));
          const cells = [...some, ...more].flatMap((it) => process.environments[environment]?.approvals[it] ?? []);
          assert.deepEqual(all, [...new Set(cells)].sort());
        },
      ),
    );
  });

  it("are not guessed for what the process does not know", () => {
    assert.throws(() => requiredRoles(defaultProcess, "prod", []), {
      name: "UserError",
      message:
        'The process has no environment "prod".\n  Use one of development, feature, staging, pre-production, production.',
    });
    assert.throws(() => requiredRoles(defaultProcess, "constructor", []), /no environment "constructor"/);
    assert.throws(() => requiredRoles(defaultProcess, "production", ["mobile", "constructor"]), {
      message:
        'The process has no deployable "mobile", "constructor".\n  Use those that it has: frontend, backend, database, infrastructure, voice-ai.',
    });
  });
});

describe("the validations that a promotion needs", () => {
  it("are the environment's and each deployable's, once", () => {
    const both = requiredValidations(defaultProcess, "staging", ["frontend", "backend"]);
    assert.deepEqual(both, [...new Set(both)].sort());
    assert.ok(
      both.includes("code-review") && both.includes("lighthouse-scores") && both.includes("api-contract-tests"),
    );
    assert.equal(both.filter((it) => it === "unit-tests").length, 1);
    assert.ok(!both.includes("migration-tests"));
    assert.deepEqual(requiredValidations(defaultProcess, "development", deployables), []);
    assert.throws(() => requiredValidations(defaultProcess, "staging", ["mobile"]), /no deployable "mobile"/);
  });
});

describe("the line of promotion", () => {
  it("follows from the environments, not from their order on the page or their names", () => {
    assert.deepEqual(promotionLine({ environments: {} }), []);
    const { feature, staging, development } = defaultProcess.environments;
    assert.ok(feature && staging && development);
    assert.deepEqual(promotionLine({ environments: { staging, feature, development } }), ["development", "staging"]);
  });
});

describe("the environments of a stack", () => {
  it("are those that the process gives to it", () => {
    assert.deepEqual(environmentsOfStack(defaultProcess, "dev"), ["development"]);
    assert.deepEqual(environmentsOfStack(defaultProcess, "prod"), ["pre-production", "production"]);
    assert.deepEqual(environmentsOfStack(defaultProcess, "pr-42"), ["feature"]);
    assert.deepEqual(environmentsOfStack(exampleProcess, "prod"), ["production"]);
    assert.deepEqual(environmentsOfStack(exampleProcess, "pr-42"), []);
    assert.deepEqual(environmentsOfStack(defaultProcess, "other"), []);
  });
});

describe("GitHub's environments of a stack", () => {
  const names = (process: Process, stack: string) => gateEnvironments(process, stack).map(({ name }) => name);

  it("are one that deploys and one for each role that approves", () => {
    assert.deepEqual(names(defaultProcess, "dev"), ["development"]);
    assert.deepEqual(names(defaultProcess, "staging"), [
      "staging",
      "staging.ai-lead",
      "staging.devops-lead",
      "staging.qa-lead",
      "staging.tech-lead",
    ]);
    assert.deepEqual(names(defaultProcess, "prod"), [
      "pre-production",
      "pre-production.cto",
      "pre-production.dba",
      "pre-production.product-owner",
      "pre-production.tech-lead",
      "production",
      "production.cto",
      "production.devops-lead", // a rollback of the infrastructure
      "production.on-call", // a critical emergency
      "production.release-manager",
      "production.security-lead",
      "production.tech-lead", // an emergency of high severity
    ]);
  });

  it("are shared by all pull requests, so that no pull request's stack owns them", () => {
    assert.deepEqual(names(defaultProcess, "pr-*"), ["feature", "feature.team-lead"]);
    assert.deepEqual(names(defaultProcess, "pr-42"), []);
  });

  it("let the same branches and tags in, and only the one that deploys waits", () => {
    const { process } = parseProcess(
      defaultText.replace("    data: live\n", "    data: live\n    wait: 30 min\n"),
      "p",
    );
    const gates = gateEnvironments(process, "prod").filter(({ environment }) => environment === "production");
    assert.deepEqual(gates[0], {
      name: "production",
      environment: "production",
      reviewers: [],
      branches: [],
      tags: ["v*.*.*"],
      waitMinutes: 30,
    });
    assert.deepEqual(gates[1], {
      name: "production.cto",
      environment: "production",
      role: "cto",
      reviewers: ["cto"],
      branches: [],
      tags: ["v*.*.*"],
      waitMinutes: 0,
    });
  });

  it("have the team of the role as reviewer, whatever it is called", () => {
    const { process } = parseProcess(
      defaultText.replace("title: QA Lead, team: qa-lead", "title: QA Lead, team: quality"),
      "p",
    );
    const gate = gateEnvironments(process, "staging").find(({ role }) => role === "qa-lead");
    assert.deepEqual(gate?.reviewers, ["quality"]);
  });

  it("differ with the process, and not with the code", () => {
    assert.deepEqual(names(exampleProcess, "staging"), ["staging", "staging.lead-developer", "staging.qa-manager"]);
    assert.deepEqual(
      names(exampleProcess, "prod").filter((name) => !/on-call|tech-lead|release-manager|devops-lead/.test(name)),
      ["production", "production.cto", "production.lead-developer", "production.product-manager"],
    );
  });

  it("each belong to a cell, an emergency or a rollback, have one reviewer at most and a name that GitHub takes", () => {
    fc.assert(
      fc.property(
        environmentName,
        fc.constantFrom(...deployables),
        fc.uniqueArray(fc.constantFrom(...Object.keys(defaultProcess.roles)), { maxLength: 6 }),
        (environment, deployable, cell) => {
          const process = structuredClone(defaultProcess);
          const changed = process.environments[environment];
          assert.ok(changed);
          changed.approvals[deployable] = cell;
          const { authority } = process.rollback;
          const short = new Set([
            ...Object.values(process.emergency.severities).flatMap(({ approvers }) => approvers),
            ...authority.immediate,
            ...authority.planned,
            ...Object.values(authority.deployables).flat(),
          ]);
          const stacks = ["dev", "staging", "prod", "pr-*"];
          const gates = stacks.flatMap((stack) => gateEnvironments(process, stack));
          assert.equal(new Set(gates.map(({ name }) => name)).size, gates.length);
          for (const { name, role, reviewers, environment: of } of gates) {
            assert.ok(name.length <= 255);
            assert.equal(reviewers.length, role === undefined ? 0 : 1);
            if (role === undefined) continue;
            const inCell = Object.values(process.environments[of]?.approvals ?? {}).some((roles) =>
              roles.includes(role),
            );
            assert.ok(inCell || (of === "production" && short.has(role)), name);
          }
          // And no role of a cell is without one.
          for (const role of cell) assert.ok(gates.some(({ name }) => name === `${environment}.${role}`));
        },
      ),
    );
  });
});
