import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { CloudWatchLogsClient, CreateLogGroupCommand, GetLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeServicesCommand,
  DescribeTasksCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  StopTaskCommand,
  type Task,
} from "@aws-sdk/client-ecs";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { findProcesses } from "../../../sandbox/system/processes.ts";
import { eventually, removeRoots, temporaryRoot } from "../support.ts";
import { type LocalAws, startAws } from "./support.ts";

/** Stands for the checkout's commands: says what it was given, then ends as its arguments say. */
const program = `
const { A, SECRET, AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, SLIPWAY_DATA_PLANE_TOKEN } = process.env;
console.log(JSON.stringify({ arguments: process.argv.slice(2), A, SECRET, AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, SLIPWAY_DATA_PLANE_TOKEN }));
console.error("and an error");
if (process.argv[2] === "wait") setInterval(() => undefined, 1000);
else process.exit(Number(process.argv[3] ?? 0));
`;

const image = `000000000000.dkr.ecr.us-west-2.amazonaws.com/teamflow/staging/operator@sha256:${"a".repeat(64)}`;

describe("local AWS: tasks of the operator image are processes", () => {
  let aws: LocalAws;
  let ecs: ECSClient;
  let logs: CloudWatchLogsClient;

  before(async () => {
    const root = temporaryRoot(0o755);
    mkdirSync(path.join(root, "delivery", "cli"), { recursive: true });
    writeFileSync(path.join(root, "delivery", "cli", "main.ts"), program);
    aws = await startAws(root);
    [ecs, logs] = [new ECSClient(aws.config), new CloudWatchLogsClient(aws.config)];
    const secret = await new SecretsManagerClient(aws.config).send(
      new CreateSecretCommand({ Name: "master", SecretString: JSON.stringify({ password: "hidden" }) }),
    );
    await logs.send(new CreateLogGroupCommand({ logGroupName: "/operator" }));
    await ecs.send(new CreateClusterCommand({ clusterName: "main" }));
    const options = { "awslogs-group": "/operator", "awslogs-region": "us-west-2", "awslogs-stream-prefix": "task" };
    const container = {
      name: "operator",
      image,
      environment: [{ name: "A", value: "1" }],
      secrets: [{ name: "SECRET", valueFrom: `${secret.ARN}:password::` }],
      logConfiguration: { logDriver: "awslogs" as const, options },
    };
    await ecs.send(
      new RegisterTaskDefinitionCommand({
        family: "operator",
        requiresCompatibilities: ["FARGATE"],
        networkMode: "awsvpc",
        cpu: "256",
        memory: "512",
        containerDefinitions: [container],
      }),
    );
  });
  after(removeRoots);

  async function run(...command: string[]): Promise<Task> {
    const { tasks } = await ecs.send(
      new RunTaskCommand({
        cluster: "main",
        taskDefinition: "operator",
        launchType: "FARGATE",
        overrides: { containerOverrides: [{ name: "operator", command }] },
      }),
    );
    assert.ok(tasks?.[0]);
    return tasks[0];
  }

  async function describeTask({ taskArn = "" }: Task): Promise<Task> {
    const { tasks } = await ecs.send(new DescribeTasksCommand({ cluster: "main", tasks: [taskArn] }));
    assert.ok(tasks?.[0]);
    return tasks[0];
  }

  const became = (task: Task, status: string) =>
    eventually(`the task is ${status}`, async () => (await describeTask(task)).lastStatus === status);

  it("runs the command with environment, secrets and identity, writes its log, and ends with its exit code", async () => {
    const task = await run("migrate", "7");
    assert.equal(task.lastStatus, "PROVISIONING");
    await became(task, "STOPPED");
    const { containers, stopCode, stoppedReason } = await describeTask(task);
    assert.equal(containers?.[0]?.exitCode, 7);
    assert.deepEqual([stopCode, stoppedReason], ["EssentialContainerExited", "Essential container exited"]);
    const logStreamName = `task/operator/${task.taskArn?.split("/").at(-1)}`;
    const { events = [] } = await logs.send(new GetLogEventsCommand({ logGroupName: "/operator", logStreamName }));
    const [said = "", error] = events.map(({ message }) => message);
    assert.deepEqual(JSON.parse(said), {
      arguments: ["migrate", "7"],
      A: "1",
      SECRET: "hidden",
      AWS_ENDPOINT_URL: aws.config.endpoint,
      AWS_ACCESS_KEY_ID: "000000000000",
    });
    assert.equal(error, "and an error");
  });

  it("ends the process when the task is stopped", async () => {
    const task = await run("wait");
    await became(task, "RUNNING");
    assert.equal(waiting().length, 1);
    await ecs.send(new StopTaskCommand({ cluster: "main", task: task.taskArn, reason: "enough" }));
    const { containers, lastStatus, stoppedReason } = await describeTask(task);
    assert.deepEqual([lastStatus, stoppedReason, containers?.[0]?.exitCode], ["STOPPED", "enough", 143]);
    assert.equal(waiting().length, 0);
  });

  it("makes services of other images steady at once", async () => {
    await ecs.send(
      new RegisterTaskDefinitionCommand({
        family: "backend",
        networkMode: "awsvpc",
        containerDefinitions: [{ name: "backend", image: "example/backend" }],
      }),
    );
    const service = { cluster: "main", serviceName: "backend", taskDefinition: "backend", desiredCount: 2 };
    await ecs.send(new CreateServiceCommand(service));
    const { services } = await ecs.send(new DescribeServicesCommand({ cluster: "main", services: ["backend"] }));
    const { runningCount, desiredCount, deployments, availabilityZoneRebalancing } = services?.[0] ?? {};
    assert.deepEqual([runningCount, desiredCount, availabilityZoneRebalancing], [2, 2, "ENABLED"]);
    assert.deepEqual(
      deployments?.map(({ rolloutState }) => rolloutState),
      ["COMPLETED"],
    );
  });

  const waiting = () => findProcesses(({ command }) => command.includes(`${aws.root}/delivery/cli/main.ts wait`));
});
