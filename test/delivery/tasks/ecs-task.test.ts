import assert from "node:assert/strict";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { ECSClient } from "@aws-sdk/client-ecs";
import { followTask, startTask, type TaskClients, type TaskTarget } from "../../../delivery/tasks/ecs-task.ts";
import { FakeAws } from "./fake-aws.ts";

const arn = "arn:aws:ecs:us-west-2:000000000000:task/teamflow-staging/0123456789abcdef";
const target: TaskTarget = {
  cluster: "teamflow-staging",
  taskDefinition: "teamflow-staging-operator",
  subnetIds: ["subnet-1", "subnet-2"],
  securityGroupIds: ["sg-1"],
  logGroup: "/teamflow/staging/operator",
  container: "operator",
};

/** A task of the fake: how it stands at each look, and what it has printed by then. */
interface Scene {
  readonly looks: readonly object[];
  /** Pages of lines; undefined while the stream is not there. */
  readonly pages?: readonly (readonly string[] | undefined)[];
}

describe("a one-off task in ECS", () => {
  let aws: FakeAws;
  let clients: TaskClients;
  let scene: Scene;
  let look = 0;
  let page = 0;

  const open = async (answers: ConstructorParameters<typeof FakeAws>[0] = {}) => {
    look = 0;
    page = 0;
    aws = new FakeAws({
      RunTask: () => ({ tasks: [{ taskArn: arn }] }),
      DescribeTaskDefinition: () => ({
        taskDefinition: {
          containerDefinitions: [
            { name: "operator", logConfiguration: { options: { "awslogs-stream-prefix": "tasks" } } },
          ],
        },
      }),
      DescribeTasks: () => {
        const task = scene.looks[Math.min(look++, scene.looks.length - 1)];
        return { tasks: task ? [task] : [] };
      },
      GetLogEvents: () => {
        const lines = (scene.pages ?? [])[page];
        if (page < (scene.pages ?? []).length) page += 1;
        if (lines === undefined && page <= 1 && (scene.pages ?? [])[0] === undefined)
          return { error: "ResourceNotFoundException", message: "The specified log stream does not exist." };
        return {
          events: (lines ?? []).map((message) => ({ message, timestamp: 1 })),
          nextForwardToken: `f/${page}`,
        };
      },
      StopTask: () => ({ task: { taskArn: arn } }),
      ...answers,
    });
    const options = await aws.start();
    clients = { ecs: new ECSClient(options), logs: new CloudWatchLogsClient(options) };
  };
  afterEach(() => {
    clients.ecs.destroy();
    clients.logs.destroy();
    aws.stop();
  });

  const run = async (stop?: AbortSignal) => {
    const lines: string[] = [];
    const statuses: string[] = [];
    const task = await startTask(clients, target, {
      command: ["operator", "migrate"],
      environment: { SLIPWAY_FLAGS: "{}" },
      startedBy: "slipway-Ann Example",
    });
    const end = await followTask(
      clients,
      task,
      { line: (text) => lines.push(text), status: (status) => statuses.push(status) },
      { interval: 5, ...(stop && { stop }) },
    );
    return { lines, statuses, end };
  };
  const stopped = (exitCode: number | undefined, more: object = {}) => ({
    lastStatus: "STOPPED",
    stoppedReason: "Essential container in task exited",
    containers: [{ name: "operator", ...(exitCode !== undefined && { exitCode }), ...more }],
  });

  it("is started in the stack's private network, by who asked, with the command for its container", async () => {
    scene = { looks: [stopped(0)] };
    await open();
    await run();
    const [input] = aws.inputsOf("RunTask");
    assert.deepEqual(input.networkConfiguration.awsvpcConfiguration, {
      subnets: ["subnet-1", "subnet-2"],
      securityGroups: ["sg-1"],
      assignPublicIp: "DISABLED",
    });
    assert.deepEqual(input.overrides.containerOverrides, [
      {
        name: "operator",
        command: ["operator", "migrate"],
        environment: [{ name: "SLIPWAY_FLAGS", value: "{}" }],
      },
    ]);
    assert.equal(input.startedBy, "slipway-Ann-Example");
    assert.equal(input.launchType, "FARGATE");
  });

  it("tells each line once and in order, also those that come after its end, and ends with its exit code", async () => {
    scene = {
      looks: [
        undefined as unknown as object,
        { lastStatus: "PENDING" },
        { lastStatus: "RUNNING" },
        { lastStatus: "RUNNING" },
        stopped(3),
      ],
      pages: [undefined, [], ["applied 0001", "applied 0002"], [], ["late"]],
    };
    await open();
    const { end, lines, statuses } = await run();
    assert.deepEqual(lines, ["applied 0001", "applied 0002", "late"]);
    assert.deepEqual(statuses, ["PENDING", "RUNNING", "STOPPED"]);
    assert.deepEqual(end, { exitCode: 3, reason: "Essential container in task exited" });
    const [first] = aws.inputsOf("GetLogEvents");
    assert.equal(first.logStreamName, "tasks/operator/0123456789abcdef");
    assert.equal(first.logGroupName, target.logGroup);
  });

  it("that never ran its command says why", async () => {
    scene = {
      looks: [
        {
          ...stopped(undefined, { reason: "CannotPullContainerError: not found" }),
          stoppedReason: "Task failed to start",
        },
      ],
    };
    await open();
    const { end } = await run();
    assert.deepEqual(end, { exitCode: undefined, reason: "CannotPullContainerError: not found; Task failed to start" });
  });

  it("is stopped when that is asked for, once, with the reason, and followed to its end", async () => {
    scene = { looks: [{ lastStatus: "RUNNING" }, { lastStatus: "DEPROVISIONING" }, stopped(143)] };
    await open();
    const { end } = await run(AbortSignal.abort("stopped by SIGINT at the terminal"));
    assert.equal(end.exitCode, 143);
    assert.deepEqual(aws.inputsOf("StopTask"), [
      { cluster: target.cluster, task: arn, reason: "stopped by SIGINT at the terminal" },
    ]);
  });

  it("that ECS does not start is a refusal with ECS's reason", async () => {
    scene = { looks: [] };
    await open({ RunTask: () => ({ tasks: [], failures: [{ reason: "RESOURCE:ENI", detail: "no address left" }] }) });
    await assert.rejects(run(), /^UserError: ECS did not start the task: RESOURCE:ENI: no address left\./);
  });
});
