import assert from "node:assert/strict";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { identityNames } from "../../../components/delivery-identity-plan.ts";
import { runnerLabel } from "../../../components/delivery-runner-plan.ts";
import { releasedImages } from "../../../delivery/cli/commands/release/images.ts";
import { readProcess } from "../../../delivery/process/read.ts";
import { readWorkflowFacts } from "../../../delivery/workflows/facts.ts";
import { builtImages } from "../../../delivery/workflows/images.ts";
import { planWorkflows } from "../../../delivery/workflows/plan.ts";
import { checkoutRoot } from "../../../sandbox/paths.ts";
import { temporaryFolder } from "../../cli/support/temporary.ts";
import { factsOf, fullFacts, jobOf, processes, workflowOf } from "./support/planned.ts";

const first = processes["the default process"];
const second = processes["the second process"];

const files = (file: string) => planWorkflows(factsOf(file)).map((workflow) => workflow.file);

describe("planWorkflows", () => {
  it("makes a workflow for each part of the process", () => {
    assert.deepEqual(
      files(first).filter((file) => file !== "staging-refresh.yml"),
      [
        "pull-request.yml",
        "deliver.yml",
        "environment-development.yml",
        "environment-staging.yml",
        "environment-pre-production.yml",
        "environment-production.yml",
        "promote.yml",
        "release.yml",
        "emergency.yml",
        "escalation.yml",
        "rollback.yml",
        "drift.yml",
        "feature-environments.yml",
      ],
    );
  });

  it("makes others of another process, without a line of code changed", () => {
    assert.deepEqual(
      files(second).filter((file) => file.startsWith("environment-") || file.startsWith("feature-")),
      ["environment-development.yml", "environment-staging.yml", "environment-production.yml"],
    );
    const [ours, theirs] = [first, second].map((file) => planWorkflows(factsOf(file)));
    const jobs = (workflows: typeof ours, file: string) => Object.keys(workflowOf(workflows ?? [], file).jobs);
    // Production by tags here, by the branch main there.
    assert.ok(jobs(ours, "release.yml").includes("to-pre-production"));
    assert.ok(!jobs(theirs, "release.yml").some((id) => id.startsWith("to-")));
    assert.ok(!jobs(ours, "deliver.yml").includes("to-production"));
    assert.ok(jobs(theirs, "deliver.yml").includes("to-production"));
    assert.ok(jobs(theirs, "environment-production.yml").includes("approve-product-manager"));
    assert.deepEqual(workflowOf(theirs ?? [], "promote.yml").on.workflow_dispatch?.inputs.environment?.options, [
      "development",
      "staging",
      "production",
    ]);
  });

  it("lets branches deploy that the process lets, and tags release", () => {
    const workflows = planWorkflows(factsOf(first));
    assert.deepEqual(workflowOf(workflows, "deliver.yml").on.push, { branches: ["develop", "main", "release/*"] });
    assert.deepEqual(workflowOf(workflows, "release.yml").on.push, { tags: ["v*.*.*"] });
  });

  it("offers the severities of the process to whoever declares an emergency", () => {
    const { on } = workflowOf(planWorkflows(factsOf(first)), "emergency.yml");
    assert.deepEqual(on.workflow_dispatch?.inputs.severity?.options, ["critical", "high", "medium"]);
  });

  it("refreshes staging only where there is a command that does it", () => {
    const facts = factsOf(first);
    const made = (commands: ReadonlySet<string>) =>
      planWorkflows({ ...facts, commands }).some(({ file }) => file === "staging-refresh.yml");
    assert.equal(made(new Set(["db", "db migrate"])), false);
    assert.equal(made(new Set(["db", "db refresh"])), true);
  });

  it("records what was shown where the process asks a workflow for it, before the gate that wants to see it", () => {
    const workflows = planWorkflows(fullFacts(first));
    const recorded = (file: string, job: string) =>
      jobOf(workflows, file, job).steps.flatMap(({ run = "" }) =>
        [...run.matchAll(/release evidence "\$BUNDLE" --environment (\S+) (.*?) --verdict/g)].map(
          ([, environment = "", options = ""]) => `${environment}: ${options.replaceAll("--validation ", "")}`,
        ),
      );
    assert.deepEqual(recorded("deliver.yml", "bundle"), [
      "staging: unit-tests integration-tests e2e-tests security-scan build-success database-migrations migration-tests rollback-test",
      "pre-production: automated-tests-pass security-scan",
    ]);
    assert.deepEqual(recorded("environment-staging.yml", "deploy"), [
      "pre-production: smoke-tests api-endpoints-responding database-migrations-successful",
    ]);
    assert.deepEqual(recorded("release.yml", "record"), ["production: release-notes-published"]);
    const without = planWorkflows({ ...fullFacts(first), commands: new Set() });
    assert.ok(!JSON.stringify(without).includes("release evidence"));
  });

  it("builds the images that the process has, the operator's of the whole repository, and copies them by their names in the stack", () => {
    const facts = factsOf(first);
    const deployables = Object.entries(facts.process.deployables).map(([name, one]) => [name, { ...one, image: true }]);
    const workflows = planWorkflows({
      ...facts,
      process: { ...facts.process, deployables: Object.fromEntries(deployables) },
    });
    const contexts = Object.keys(workflowOf(workflows, "deliver.yml").jobs)
      .filter((id) => id.startsWith("build-"))
      .map((id) => [id, jobOf(workflows, "deliver.yml", id).steps.find((step) => step.id === "build")?.with?.context]);
    assert.deepEqual(Object.fromEntries(contexts), {
      "build-frontend": "frontend",
      "build-backend": "backend",
      "build-database": ".",
      "build-infrastructure": "infra",
      "build-voice-ai": "voice-ai",
    });
    const copies = jobOf(workflows, "environment-production.yml", "images").steps.at(-1)?.run ?? "";
    assert.deepEqual(copies.match(/^copy .*$/gm), [
      "copy frontend teamflow/prod/frontend",
      "copy backend teamflow/prod/backend",
      "copy database teamflow/prod/operator",
    ]);
  });

  it("copies the images that a deployment gives to the stack", () => {
    const digest = `sha256:${"a".repeat(64)}`;
    const { deployables } = factsOf(first).process;
    const bundled = Object.keys(deployables).map((name) => [name, { commit: "", version: "", image: digest }]);
    const given = releasedImages({ deployables: Object.fromEntries(bundled) }, "production", "production");
    const all = Object.entries(deployables).map(([name, one]) => [name, { ...one, image: true }] as const);
    const built = builtImages({ deployables: Object.fromEntries(all) });
    assert.deepEqual(built.flatMap(({ image }) => image ?? []).sort(), given.map(({ image }) => image).sort());
  });

  it("makes the operator's image anew when anything changes that its Dockerfile takes", () => {
    const dockerfile = readFileSync(path.join(checkoutRoot, "Dockerfile"), "utf8");
    const taken = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, names = ""]) => names.split(" "));
    const { database } = factsOf(first).process.deployables;
    assert.ok(database);
    const [operator] = builtImages({ deployables: { database: { ...database, image: true } } });
    for (const name of taken)
      assert.ok(
        operator?.sources.some((source) => source === name || source === `${name}/**`),
        name,
      );
  });

  it("makes no preview, no drift and no feature environment of a stack that is nowhere in AWS", () => {
    const workflows = planWorkflows({ ...factsOf(first), stacks: {} });
    assert.deepEqual(Object.keys(workflowOf(workflows, "pull-request.yml").jobs), ["test"]);
    assert.ok(!workflows.some(({ file }) => file === "drift.yml" || file === "feature-environments.yml"));
  });
});

describe("readWorkflowFacts", () => {
  it("names the roles and the runner as the stacks do", () => {
    const { stacks } = factsOf(first);
    for (const [stack, environment] of [
      ["staging", "staging"],
      ["prod", "production"],
    ] as const) {
      const context = { application: "teamflow", stack, environment };
      const account = `\${{ vars.AWS_ACCOUNT_ID_${stack.toUpperCase()} }}`;
      const { deployRoleArn, previewRoleArn } = identityNames({ accountId: account, context, partition: "aws" });
      assert.equal(stacks[stack]?.deployRole, deployRoleArn);
      assert.equal(stacks[stack]?.previewRole, previewRoleArn);
      assert.equal(stacks[stack]?.repository("backend"), `teamflow/${stack}/backend`);
    }
    assert.deepEqual(Object.keys(stacks), ["staging", "prod"]); // dev is on the developer's machine
  });

  it("takes account and runner from a stack's file when they stand there", () => {
    const root = temporaryFolder();
    for (const stack of ["dev", "staging", "prod"]) {
      const file = `Pulumi.${stack}.yaml`;
      cpSync(path.join(checkoutRoot, file), path.join(root, file));
    }
    const connection = "arn:aws:codeconnections:us-west-2:222233334444:connection/00000000-0000-0000-0000-000000000000";
    const staged = path.join(root, "Pulumi.staging.yaml");
    writeFileSync(
      staged,
      readFileSync(staged, "utf8")
        .replace("    region: us-west-2\n", '    region: us-west-2\n    accountId: "222233334444"\n')
        .replace("  slipway:github:\n", `  slipway:runner:\n    connectionArn: ${connection}\n  slipway:github:\n`),
    );
    const { process } = readProcess(path.join(checkoutRoot, first));
    const staging = readWorkflowFacts(root, process, new Set()).stacks.staging;
    assert.equal(staging?.deployRole, "arn:aws:iam::222233334444:role/teamflow-staging-deploy");
    assert.equal(staging?.backend, "s3://teamflow-pulumi-state-222233334444-us-west-2?region=us-west-2");
    assert.equal(staging?.runner, runnerLabel("teamflow-staging-runner"));
  });

  it("says which stack's file is missing", () => {
    const { process } = readProcess(path.join(checkoutRoot, first));
    assert.throws(() => readWorkflowFacts(temporaryFolder(), process, new Set()), {
      name: "UserError",
      message: /environments in the stack "dev", and Pulumi\.dev\.yaml is not there/,
    });
  });
});
