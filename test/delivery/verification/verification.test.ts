import assert from "node:assert/strict";
import type { ECSClient } from "@aws-sdk/client-ecs";
import type { AppsV1Api, V1Deployment } from "@kubernetes/client-node";
import { answerFinding } from "../../../delivery/verification/answers.ts";
import { workloadFindings } from "../../../delivery/verification/cluster.ts";
import { serviceFindings } from "../../../delivery/verification/containers.ts";
import { type Finding, verdictOf } from "../../../delivery/verification/finding.ts";

const digest = `sha256:${"a".repeat(64)}`;
const other = `sha256:${"b".repeat(64)}`;
const of = (...outcomes: Finding["outcome"][]) => outcomes.map((outcome) => ({ check: "c", outcome, seen: "s" }));

describe("the verdict of a verification", () => {
  for (const [outcomes, verdict] of [
    [[], "inconclusive"],
    [["passed"], "passed"],
    [["passed", "error"], "error"],
    [["error", "failed"], "failed"],
    [["passed", "failed", "passed"], "failed"],
  ] as const)
    it(`is ${verdict} for ${outcomes.join(", ") || "nothing that was looked at"}`, () => {
      assert.equal(verdictOf(of(...outcomes)), verdict);
    });
});

describe("services of ECS", () => {
  const healthy = { desiredCount: 2, runningCount: 2, deployments: [{ rolloutState: "COMPLETED" }] };
  const client = (service: object | undefined, image = `registry/backend@${digest}`): Pick<ECSClient, "send"> => ({
    send: async (command: object) =>
      command.constructor.name === "DescribeServicesCommand"
        ? { services: service ? [{ ...service, taskDefinition: "backend:1" }] : [] }
        : { taskDefinition: { containerDefinitions: [{ image }] } },
  });
  const judge = async (...args: Parameters<typeof client>) =>
    (await serviceFindings(client(...args), "teamflow", [{ service: "backend", digest }]))[0];

  it("pass with every copy of the image that was released", async () => {
    assert.deepEqual(await judge(healthy), {
      check: "backend runs what was released",
      outcome: "passed",
      seen: "2 of 2 copies run it",
    });
  });
  for (const [what, service, image, seen] of [
    ["another image", healthy, `registry/backend@${other}`, /runs registry\/backend@sha256:b+, not/],
    ["a tag", healthy, "registry/backend:latest", /runs registry\/backend:latest/],
    ["a copy that is missing", { ...healthy, runningCount: 1 }, undefined, /1 of 2 copies/],
    ["no copy at all", { ...healthy, desiredCount: 0, runningCount: 0 }, undefined, /0 of 0/],
    [
      "a deployment that was taken back",
      { ...healthy, deployments: [{ rolloutState: "FAILED" }] },
      undefined,
      /FAILED/,
    ],
    ["no service", undefined, undefined, /has no service backend/],
  ] as const)
    it(`fail with ${what}`, async () => {
      const finding = await judge(service, image);
      assert.equal(finding?.outcome, "failed");
      assert.match(finding?.seen ?? "", seen);
    });

  it("are not judged when AWS does not answer", async () => {
    const broken = { send: () => Promise.reject(new Error("Throttling: Rate exceeded")) } as Pick<ECSClient, "send">;
    assert.deepEqual(await serviceFindings(broken, "teamflow", [{ service: "backend", digest }]), [
      { check: "backend runs what was released", outcome: "error", seen: "Throttling: Rate exceeded" },
    ]);
  });
});

describe("Deployments of a cluster", () => {
  const deployment = (name: string, replicas: number, changes: Partial<V1Deployment["status"]> = {}, image = digest) =>
    ({
      metadata: { name, generation: 2 },
      spec: { replicas, template: { spec: { containers: [{ name, image: `registry/backend@${image}` }] } } },
      status: { observedGeneration: 2, updatedReplicas: replicas, availableReplicas: replicas, ...changes },
    }) as V1Deployment;
  const judge = async (...items: V1Deployment[]) => {
    const apps = { listNamespacedDeployment: async () => ({ items }) } as Pick<AppsV1Api, "listNamespacedDeployment">;
    return (await workloadFindings(apps, "teamflow", [{ app: "backend", digest }]))[0];
  };
  const stable = deployment("backend", 3);

  it("pass with every copy, the canary among them", async () => {
    const finding = await judge(stable, deployment("backend-canary", 1));
    assert.deepEqual([finding?.outcome, finding?.seen], ["passed", "4 of 4 copies run it"]);
  });
  for (const [what, seen, ...items] of [
    ["a canary that was taken away", /backend-canary has no copies/, stable, deployment("backend-canary", 0)],
    ["an old image in one of them", /backend runs .*b+, not/, deployment("backend", 3, {}, other)],
    ["a copy that is not available", /2 of 3 copies/, deployment("backend", 3, { availableReplicas: 2 })],
    ["old copies beside new ones", /copies of backend are there/, deployment("backend", 3, { updatedReplicas: 1 })],
    ["a change that nobody saw yet", /not begun/, deployment("backend", 3, { observedGeneration: 1 })],
    ["none", /no Deployment of backend/],
  ] as const)
    it(`fail with ${what}`, async () => {
      const finding = await judge(...items);
      assert.equal(finding?.outcome, "failed");
      assert.match(finding?.seen ?? "", seen);
    });
});

describe("an address", () => {
  const answering = (status: number) => (async () => new Response(null, { status })) as unknown as typeof fetch;
  it("is well with a status of success, and not with any other", async () => {
    assert.equal((await answerFinding("backend", "https://a/health", answering(200))).outcome, "passed");
    for (const status of [302, 404, 503])
      assert.equal((await answerFinding("backend", "https://a/health", answering(status))).outcome, "failed");
  });
  it("is not judged when nobody answers", async () => {
    const silent = (() => Promise.reject(new Error("connect ECONNREFUSED"))) as unknown as typeof fetch;
    assert.deepEqual(await answerFinding("backend", "https://a/health", silent), {
      check: "backend answers",
      outcome: "error",
      seen: "connect ECONNREFUSED",
    });
  });
});
