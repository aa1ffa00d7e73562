import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { readProcess } from "../../delivery/process/read.ts";
import { rawSettings } from "../support/stack-settings.ts";
import { type BuiltStack, buildStack } from "./support/stacks.ts";

const environmentType = "github:index/repositoryEnvironment:RepositoryEnvironment";
const variableType = "github:index/actionsEnvironmentVariable:ActionsEnvironmentVariable";
const rulesetType = "github:index/repositoryRuleset:RepositoryRuleset";
const issuer = "token.actions.githubusercontent.com";

interface Trust {
  readonly Statement: readonly { readonly Condition: Record<string, Record<string, string | readonly string[]>> }[];
}

describe("the stacks' side of GitHub", function () {
  this.timeout(60_000);
  const { process } = readProcess();
  const stacks = new Map<string, BuiltStack>();
  before(async () => {
    for (const name of ["staging", "prod"]) stacks.set(name, await buildStack(name));
  });

  const stack = (name: string): BuiltStack => {
    const found = stacks.get(name);
    assert.ok(found);
    return found;
  };
  const environments = (name: string) =>
    stack(name)
      .resources.filter(({ type }) => type === environmentType)
      .map(({ inputs }) => inputs);
  const variables = (name: string, environment: string) =>
    Object.fromEntries(
      stack(name)
        .resources.filter(({ inputs, type }) => type === variableType && inputs.environment === environment)
        .map(({ inputs }) => [String(inputs.variableName), inputs.value]),
    );

  it("has for each approval of the process an environment with a team, and none of another stack", () => {
    const all = new Set(
      ["staging", "prod"].flatMap((name) => environments(name).map(({ environment }) => environment)),
    );
    assert.equal(all.size, environments("staging").length + environments("prod").length, "no environment twice");
    for (const [name, { approvals, stack: owner }] of Object.entries(process.environments)) {
      if (owner === "dev") continue;
      assert.ok(all.has(name), name);
      for (const role of Object.values(approvals).flat()) assert.ok(all.has(`${name}.${role}`), `${name}.${role}`);
    }
    for (const { environment, reviewers } of [...environments("staging"), ...environments("prod")])
      assert.equal(reviewers !== undefined, String(environment).includes("."), String(environment));
  });

  it("tells the workflows of pre-production what is pre-production's, and those of production what is production's", () => {
    const common = { AWS_REGION: "us-west-2", AWS_ACCOUNT_ID: "123456789012", SLIPWAY_STACK: "prod" };
    assert.deepEqual(variables("prod", "production"), {
      ...common,
      LOG_LEVEL: "error",
      SLIPWAY_ENVIRONMENT: "production",
      VITE_API_URL: "https://api.teamflow.app",
    });
    assert.deepEqual(variables("prod", "pre-production"), {
      ...common,
      LOG_LEVEL: "info",
      SLIPWAY_ENVIRONMENT: "preProduction",
      VITE_API_URL: "https://api.pre.teamflow.app",
    });
    assert.deepEqual(variables("prod", "production.cto"), { SLIPWAY_STACK: "prod" });
  });

  it("leaves the repository's rules to prod, which asks for every job of the pull requests' workflow", () => {
    assert.deepEqual(
      stack("staging").resources.filter(({ type }) => type === rulesetType),
      [],
    );
    const { rules } = stack("prod").one(rulesetType, "prod-github-rules-branches").inputs as {
      rules: { requiredStatusChecks: { requiredChecks: { context: string }[] } };
    };
    const workflow = parse(readFileSync(".github/workflows/pull-request.yml", "utf8")) as {
      jobs: Record<string, { name: string }>;
    };
    const checks = rules.requiredStatusChecks.requiredChecks.map(({ context }) => context);
    assert.deepEqual(
      checks.sort(),
      Object.values(workflow.jobs)
        .map(({ name }) => name)
        .sort(),
    );
    assert.ok(checks.includes("Test"));
  });

  for (const name of ["staging", "prod"]) {
    it(`lets every job of the derived workflows that acts as the deploy role of ${name} assume it, and no other`, () => {
      const { Statement } = JSON.parse(
        String(stack(name).one("aws:iam/role:Role", `${name}-identity-deploy`).inputs.assumeRolePolicy),
      ) as Trust;
      const trusted = Statement.flatMap(({ Condition }) => Condition.StringLike?.[`${issuer}:job_workflow_ref`] ?? []);
      const files = new Set(trusted.map((ref) => /workflows\/(.+\.yml)@/.exec(ref)?.[1]));
      const acting = derivedWorkflows().filter(({ environments }) =>
        environments.some((environment) => process.environments[environment]?.stack === name),
      );
      for (const { file } of acting) assert.ok(files.has(file), `${file} may not act as the deploy role`);
      assert.ok(![...files].some((file) => file === "pull-request.yml" || file === "feature-environments.yml"));
      const subjects = Statement.flatMap(({ Condition }) => Condition.StringEquals?.[`${issuer}:sub`] ?? []);
      assert.ok(!subjects.some((subject) => /environment:.*\./.test(subject)), "no role's environment deploys");
    });
  }

  it("gives a shared development environment its process environment, and a pull request's stack none", async () => {
    const dev = await buildStack("dev");
    assert.deepEqual(
      dev.resources.filter(({ type }) => type === environmentType).map(({ inputs }) => inputs.environment),
      ["development"],
    );
    const feature = await buildStack("pr-3");
    assert.deepEqual(
      feature.resources.filter(({ type }) => type.startsWith("github:")),
      [],
    );
  });

  it("stops with one clear error when the settings speak of another stack's environment", async () => {
    assert.ok(rawSettings("staging").github);
    await assert.rejects(
      buildStack("staging", { "github.environments.production": { waitMinutes: 5 } }),
      /^UserError: Pulumi\.staging\.yaml: slipway:github\.environments\.production is of the stack prod by delivery\/process\.yaml/,
    );
  });
});

/** The committed workflows, each with the environments that its jobs with a deploy role name. */
function derivedWorkflows(): { readonly file: string; readonly environments: readonly string[] }[] {
  const files = ["development", "staging", "pre-production", "production"].map((name) => `environment-${name}.yml`);
  return [...files, "rollback.yml", "drift.yml"].map((file) => {
    const { jobs } = parse(readFileSync(`.github/workflows/${file}`, "utf8")) as {
      jobs: Record<string, { environment?: string; steps?: { with?: Record<string, unknown> }[] }>;
    };
    const deploying = Object.values(jobs).filter(({ steps = [] }) =>
      steps.some(({ with: given }) => /-deploy$/.test(String(given?.["role-to-assume"] ?? ""))),
    );
    return { file, environments: deploying.flatMap(({ environment }) => environment ?? []) };
  });
}
