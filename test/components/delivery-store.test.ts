import assert from "node:assert/strict";
import { planMigrations } from "../../components/database-migrations-plan.ts";
import { DeliveryStore } from "../../components/delivery-store.ts";
import { planStoreServer, storeMembers } from "../../components/delivery-store-plan.ts";
import { SecurityGroup } from "../../components/security-group.ts";
import { storeRoles } from "../../delivery/release/store/make.ts";
import { databaseSection, releasesSection } from "../../infra/settings/aws-sections.ts";
import { runMocked } from "../support/pulumi-mocks.ts";
import { connections } from "../support/reachability.ts";
import { recordsOf } from "../support/reachability-records.ts";

const context = { application: "teamflow", stack: "prod", environment: "production" };
const secretArn = "arn:aws:secretsmanager:us-west-2:111111111111:secret:rds!db-1-AbCdEf";
const host = "teamflow-prod-releases.abc.us-west-2.rds.amazonaws.com";
const application = databaseSection.parse({
  name: "teamflow_prod",
  engineVersion: "18",
  instanceClass: "db.m7g.large",
  storageGiB: 100,
  maxStorageGiB: 1000,
  backupWindow: "01:00-02:00",
});

const run = () =>
  runMocked(
    () => {
      const group = new SecurityGroup("prod-runner", {
        context,
        vpcId: "vpc-1",
        part: "runner",
        description: "The runner",
      });
      const pods = new SecurityGroup("prod-pods", { context, vpcId: "vpc-1", part: "pods", description: "Pods" });
      pods.allowTo({ name: "vpc", cidr: "10.2.0.0/16" }, 5432);
      return new DeliveryStore("prod-releases", {
        context,
        settings: releasesSection.parse({}),
        like: application,
        vpcId: "vpc-1",
        subnetIds: ["subnet-1", "subnet-2", "subnet-3"],
        keyArn: "arn:aws:kms:us-west-2:111111111111:key/data",
        secretKeyArn: "arn:aws:kms:us-west-2:111111111111:key/secrets",
        logKeyArn: "arn:aws:kms:us-west-2:111111111111:key/logs",
        logRetentionDays: 365,
        alarmTopicArn: "arn:aws:sns:us-west-2:111111111111:alarms",
        protect: true,
        clients: [{ name: "runner", group }],
      }).place;
    },
    {
      stack: "prod",
      outputs: ({ type }) => {
        if (type === "random:index/randomId:RandomId") return { hex: "0badcafe" };
        if (type !== "aws:rds/instance:Instance") return undefined;
        return {
          arn: "arn:aws:rds:us-west-2:111111111111:db:teamflow-prod-releases",
          address: host,
          port: 5432,
          resourceId: "db-REL",
          masterUserSecrets: [{ secretArn }],
        };
      },
    },
  );
const type = "pulumi-nodejs:dynamic/slipway:ReleaseStore";

describe("DeliveryStore", () => {
  it("is a protected server of its own in the isolated subnets, with a standby and 35 days of moments to go back to", async () => {
    const seen = await run();
    const { inputs, protect } = seen.one("aws:rds/instance:Instance");
    const expected = {
      identifier: "teamflow-prod-releases",
      instanceClass: "db.t4g.micro",
      allocatedStorage: 20,
      maxAllocatedStorage: 100,
      multiAz: true,
      backupRetentionPeriod: 35,
      deletionProtection: true,
      storageEncrypted: true,
      publiclyAccessible: false,
      iamDatabaseAuthenticationEnabled: true,
      manageMasterUserPassword: true,
    };
    assert.deepEqual(Object.fromEntries(Object.keys(expected).map((key) => [key, inputs[key]])), expected);
    assert.equal(protect, true);
    const { inputs: group } = seen.one("aws:rds/subnetGroup:SubnetGroup");
    assert.deepEqual(group.subnetIds, ["subnet-1", "subnet-2", "subnet-3"]);
  });

  it("is reached by its clients, and by nobody else in the VPC", async () => {
    const { resources } = await run();
    assert.deepEqual(connections({ ...recordsOf(resources), vpcCidr: "10.2.0.0/16" }), [
      "teamflow-prod-runner -> teamflow-prod-releases-database tcp 5432",
    ]);
  });

  it("tells the provider its migrations and its logins, and the way to the password instead of the password", async () => {
    const { inputs, name } = (await run()).one(type);
    assert.equal(name, "prod-releases-schema");
    assert.deepEqual(inputs.database, {
      kind: "secret",
      arn: secretArn,
      host,
      port: 5432,
      database: "slipway",
      incarnation: "db-REL",
    });
    assert.deepEqual(inputs.migrations, planMigrations("delivery/release/store/migrations"));
    assert.deepEqual(inputs.members, {
      slipway_release: "teamflow_release",
      slipway_release_reader: "teamflow_release_reader",
    });
    assert.match(String(inputs.implementation), /^[0-9a-f]{12}$/);
  });

  it("makes no login of the application's in the server", async () => {
    const { inputs } = (await run()).one(type);
    assert.ok(!JSON.stringify(inputs).includes("teamflow_app"));
  });

  it("says where ./slipway release finds it", async () => {
    assert.deepEqual((await run()).result, { host, port: 5432, name: "slipway", owner: secretArn });
  });

  it("names the settings to change in what its alarms advise", async () => {
    const advice = (await run()).resources
      .filter((each) => each.type === "aws:cloudwatch/metricAlarm:MetricAlarm")
      .flatMap(({ inputs }) => String(inputs.alarmDescription).match(/slipway:[a-zA-Z.]+[a-zA-Z]/g) ?? []);
    assert.deepEqual([...new Set(advice)].sort(), ["slipway:releases", "slipway:releases.instanceClass"]);
  });
});

describe("planStoreServer", () => {
  it("has the application's version and windows, and not its name, size and standby", () => {
    const server = planStoreServer(releasesSection.parse({ instanceClass: "db.t4g.small" }), application);
    const expected = {
      engineVersion: "18",
      backupWindow: "01:00-02:00",
      instanceClass: "db.t4g.small",
      storageGiB: 20,
      maxStorageGiB: 100,
      multiAz: true,
      backupDays: 35,
    };
    assert.deepEqual({ ...server, ...expected }, server);
    assert.ok(!("name" in server));
  });

  for (const [storageGiB, maxStorageGiB] of [
    [20, 100],
    [13_107, 65_535],
    [13_108, 13_108],
    [65_536, 65_536],
  ])
    it(`lets ${storageGiB} GiB grow to ${maxStorageGiB}, within what RDS has`, () => {
      const server = planStoreServer(releasesSection.parse({ storageGiB }), application);
      assert.equal(server.maxStorageGiB, maxStorageGiB);
    });
});

describe("storeMembers", () => {
  it("names a login for every group of the release database, for any application", () => {
    assert.deepEqual(Object.keys(storeMembers("team-flow")).sort(), [...storeRoles].sort());
    assert.deepEqual(Object.values(storeMembers("team-flow")), ["team_flow_release", "team_flow_release_reader"]);
  });
});
