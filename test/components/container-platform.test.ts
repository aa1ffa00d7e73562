import assert from "node:assert/strict";
import { runMocked } from "../support/pulumi-mocks.ts";
import { asInAws, platformOf, statementsOf } from "./support/containers.ts";

const listener = "aws:lb/listener:Listener";
const run = (changes: Parameters<typeof platformOf>[0] = {}) =>
  runMocked(() => {
    platformOf(changes);
  }, asInAws);

describe("ContainerPlatform", () => {
  it("measures containers and offers both kinds of Fargate", async () => {
    const { one } = await run();
    assert.deepEqual(one("aws:ecs/cluster:Cluster").inputs.settings, [{ name: "containerInsights", value: "enabled" }]);
    assert.deepEqual(one("aws:ecs/clusterCapacityProviders:ClusterCapacityProviders").inputs.capacityProviders, [
      "FARGATE",
      "FARGATE_SPOT",
    ]);
  });

  it("writes what people do in a task's shell to an encrypted log", async () => {
    const { one } = await run();
    assert.deepEqual(one("aws:ecs/cluster:Cluster").inputs.configuration, {
      executeCommandConfiguration: {
        kmsKeyId: "log-key",
        logging: "OVERRIDE",
        logConfiguration: { cloudWatchEncryptionEnabled: true, cloudWatchLogGroupName: "/teamflow/staging/exec" },
      },
    });
    const { inputs } = one("aws:cloudwatch/logGroup:LogGroup");
    assert.deepEqual([inputs.kmsKeyId, inputs.retentionInDays], ["log-key", 30]);
  });

  it("has no shell where it is not allowed", async () => {
    const { one, resources } = await run({ execAllowed: false });
    assert.equal(one("aws:ecs/cluster:Cluster").inputs.configuration, undefined);
    assert.deepEqual(
      resources.filter(({ type }) => type === "aws:cloudwatch/logGroup:LogGroup"),
      [],
    );
  });

  it("answers in TLS 1.3 and 1.2 only, and 404 for what no service has claimed", async () => {
    const { one } = await run();
    for (const [part, port] of [
      ["https", 443],
      ["test", 8443],
    ] as const) {
      const { inputs } = one(listener, `staging-platform-${part}`);
      assert.deepEqual(
        [inputs.port, inputs.protocol, inputs.sslPolicy, inputs.certificateArn],
        [port, "HTTPS", "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09", "certificate-arn"],
      );
      assert.deepEqual(inputs.defaultActions, [
        {
          type: "fixed-response",
          fixedResponse: { contentType: "text/plain", messageBody: "Not found", statusCode: "404" },
        },
      ]);
    }
  });

  it("sends plain HTTP to HTTPS", async () => {
    const { inputs } = (await run()).one(listener, "staging-platform-http");
    assert.deepEqual(inputs.defaultActions, [
      { type: "redirect", redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" } },
    ]);
  });

  it("lets the internet in on 80 and 443 alone, and by itself reaches nothing", async () => {
    const { resources } = await run();
    const ports = (kind: string) =>
      resources.filter(({ type }) => type === `aws:vpc/securityGroup${kind}Rule:SecurityGroup${kind}Rule`);
    assert.deepEqual(
      ports("Ingress").map(({ inputs }) => [inputs.cidrIpv4, inputs.fromPort, inputs.toPort]),
      [
        ["0.0.0.0/0", 80, 80],
        ["0.0.0.0/0", 443, 443],
      ],
    );
    assert.deepEqual(ports("Egress"), []);
  });

  it("shows a new version to the testers that are named", async () => {
    const { one } = await run({ testers: [{ name: "nat", cidr: "203.0.113.7/32" }] });
    const { inputs } = one(
      "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
      "staging-platform-load-balancer-from-nat-8443",
    );
    assert.equal(inputs.cidrIpv4, "203.0.113.7/32");
  });

  it("stands in the public subnets, drops malformed requests and refuses to be deleted when protected", async () => {
    const { inputs } = (await run()).one("aws:lb/loadBalancer:LoadBalancer");
    assert.deepEqual(
      {
        name: inputs.name,
        subnets: inputs.subnets,
        drop: inputs.dropInvalidHeaderFields,
        desync: inputs.desyncMitigationMode,
        protection: inputs.enableDeletionProtection,
        logs: inputs.accessLogs,
      },
      {
        name: "teamflow-staging",
        subnets: ["public-a", "public-b"],
        drop: true,
        desync: "defensive",
        protection: true,
        logs: undefined,
      },
    );
    const free = (await run({ protect: false })).one("aws:lb/loadBalancer:LoadBalancer");
    assert.equal(free.inputs.enableDeletionProtection, false);
  });

  it("keeps requests, when asked, in a private bucket that only load balancers write to and that empties itself", async () => {
    const { one } = await run({ accessLogs: true });
    assert.deepEqual(
      (one("aws:lb/loadBalancer:LoadBalancer").inputs.accessLogs as { enabled: boolean } | undefined)?.enabled,
      true,
    );
    const { inputs: block } = one("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock");
    for (const setting of ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"]) {
      assert.equal(block[setting], true, setting);
    }
    const rules = one("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration").inputs.rules;
    assert.deepEqual((rules as { expiration: unknown }[])[0]?.expiration, { days: 30 });
    const statements = statementsOf(one("aws:s3/bucketPolicy:BucketPolicy").inputs.policy);
    assert.deepEqual(Object.keys(statements), ["LoadBalancerWrites", "OnlyOverTls"]);
  });
});
