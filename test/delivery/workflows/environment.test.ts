import assert from "node:assert/strict";
import { environmentsOfStack } from "../../../delivery/process/gate-environments.ts";
import { promotionLine } from "../../../delivery/process/promotion-line.ts";
import { hasSteps } from "../../../delivery/workflows/model.ts";
import { planWorkflows } from "../../../delivery/workflows/plan.ts";
import { deployingWorkflows } from "../../../stacks/delivery.ts";
import { factsOf, fullFacts, jobOf, processes, runnerOf, stepsJobs, workflowOf } from "./support/planned.ts";

describe("the way of a promotion to an environment", () => {
  for (const [title, file] of Object.entries(processes)) {
    const facts = fullFacts(file);
    const workflows = planWorkflows(facts);

    for (const environment of promotionLine(facts.process)) {
      const workflow = workflowOf(workflows, `environment-${environment}.yml`);
      const approvals = Object.keys(workflow.jobs).filter((id) => id.startsWith("approve-"));

      it(`asks in ${environment} of ${title} every role in an environment of its own`, () => {
        const roles = Object.values(facts.process.environments[environment]?.approvals ?? {}).flat();
        for (const role of roles) assert.ok(approvals.includes(`approve-${role}`), role);
        for (const id of approvals) {
          const role = id.replace("approve-", "");
          const job = jobOf([workflow], workflow.file, id);
          assert.equal(job.environment, `${environment}.${role}`);
          assert.equal(job.if, `contains(fromJSON(needs.gate.outputs.roles), '${role}')`);
          assert.deepEqual(job.needs, ["gate"]);
        }
      });

      it(`deploys to ${environment} of ${title} only after the gate and every role`, () => {
        for (const id of Object.keys(workflow.jobs).filter((one) => one === "deploy" || one === "images")) {
          const job = jobOf([workflow], workflow.file, id);
          for (const before of ["gate", ...approvals]) assert.ok(job.needs?.includes(before), `${id} needs ${before}`);
          assert.match(job.if ?? "", /needs\.gate\.result == 'success'/);
          assert.match(job.if ?? "", /!contains\(needs\.\*\.result, 'failure'\)/);
          assert.match(job.if ?? "", /!contains\(needs\.\*\.result, 'cancelled'\)/);
          assert.equal(job.environment, environment);
        }
      });

      it(`imports the approvals before it asks the gate again, and verifies after, in ${environment} of ${title}`, () => {
        const scripts = jobOf([workflow], workflow.file, "deploy").steps.flatMap(({ run }) => run ?? []);
        const commands = scripts.flatMap((text) =>
          [...text.matchAll(/slipway release (\w+)/g)].map(([, word]) => word),
        );
        assert.deepEqual(commands.slice(0, 3), ["approvals", "deploy", "verify"]);
      });
    }

    it(`lets nothing deploy in ${title} but the environments' own workflows and a rollback`, () => {
      const deploying = workflows.filter(({ jobs }) =>
        Object.values(jobs).some(
          (job) =>
            hasSteps(job) &&
            job.steps.some(({ run }) => /slipway (up|destroy|release (deploy|rollback))\b/.test(run ?? "")),
        ),
      );
      assert.deepEqual(
        deploying.map((one) => one.file).filter((name) => !name.startsWith("environment-")),
        file === processes["the default process"] ? ["rollback.yml", "feature-environments.yml"] : ["rollback.yml"],
      );
    });
  }

  it("has in production the roles of emergencies and rollbacks too", () => {
    const { jobs } = workflowOf(planWorkflows(factsOf(processes["the default process"])), "environment-production.yml");
    for (const role of ["on-call", "tech-lead", "release-manager", "devops-lead", "cto", "security-lead"])
      assert.ok(jobs[`approve-${role}`], role);
  });

  it("runs in the stack's network where the stack has a runner, approvals elsewhere", () => {
    const workflows = planWorkflows(fullFacts(processes["the default process"]));
    const runs = (file: string, id: string) => jobOf(workflows, file, id)["runs-on"];
    assert.equal(runs("environment-staging.yml", "deploy"), runnerOf("staging"));
    assert.equal(runs("environment-production.yml", "deploy"), runnerOf("prod"));
    assert.equal(runs("environment-staging.yml", "gate"), runnerOf("prod")); // where the release database is
    assert.equal(runs("environment-staging.yml", "approve-qa-lead"), "ubuntu-24.04");
    assert.equal(runs("rollback.yml", "production"), runnerOf("prod"));
    assert.equal(runs("drift.yml", "staging"), runnerOf("staging"));
    assert.equal(runs("pull-request.yml", "preview-prod"), runnerOf("prod"));
    assert.equal(runs("pull-request.yml", "preview-staging"), "ubuntu-24.04");
  });

  it("is held by the workflows that AWS gives the deploy role to, and by no other", () => {
    const { process, stacks } = fullFacts(processes["the default process"]);
    const workflows = planWorkflows(fullFacts(processes["the default process"]));
    for (const stack of Object.values(stacks)) {
      const environments = environmentsOfStack(process, stack.name);
      const trusted = environments.flatMap((environment) =>
        deployingWorkflows(stack.name, environment).map((file) => `${file} in ${environment}`),
      );
      const acting = workflows.flatMap((workflow) =>
        stepsJobs(workflow)
          .filter(({ job }) => job.steps.some((step) => step.with?.["role-to-assume"] === stack.deployRole))
          .map(({ job }) => `${workflow.file} in ${job.environment}`),
      );
      for (const one of acting) assert.ok(trusted.includes(one), `${one} would get no role`);
      const files = (list: readonly string[]) => [...new Set(list.map((one) => one.split(" ")[0]))].sort();
      assert.deepEqual(files(acting), files(trusted));
    }
  });
});
