import assert from "node:assert/strict";
import { type JobWish, planJobSpec, planTaskSpec } from "../../components/kubernetes-job-plan.ts";
import { jobTargetSchema } from "../../delivery/tasks/kubernetes-job.ts";

const wish: Omit<JobWish, "app" | "command"> = {
  context: { application: "teamflow", stack: "prod", environment: "production" },
  namespace: "teamflow",
  image: `repository@sha256:${"0".repeat(64)}`,
  version: "sha256-000000000000",
  environment: [{ name: "DATABASE_NAME", value: "teamflow_prod" }],
  deadlineSeconds: 3600,
};

describe("the plan of Jobs that somebody starts by hand", () => {
  const task = planTaskSpec(wish);

  it("is that of the migrations, in the same pod under the same rules", () => {
    const migration = planJobSpec({ ...wish, app: "migration", command: "migration-status" });
    assert.deepEqual(task.template, migration.template);
    assert.equal(task.activeDeadlineSeconds, 3600);
  });

  it("tries nothing twice, and vanishes by itself when nobody has taken it away", () => {
    assert.deepEqual([task.backoffLimit, task.podFailurePolicy, task.ttlSecondsAfterFinished], [0, undefined, 3600]);
  });

  it("is what the command line reads", () => {
    const target = { cluster: "teamflow-prod", region: "us-west-2", namespace: "teamflow", job: task };
    assert.ok(jobTargetSchema.safeParse(target).success);
  });
});
