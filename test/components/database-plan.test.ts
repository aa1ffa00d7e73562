import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type DatabaseRequest,
  databaseParameters,
  databaseRoles,
  parameterFamily,
  planDatabaseAlarms,
  planInstance,
} from "../../components/database-plan.ts";
import { memoryOf } from "../../infra/instance-classes.ts";
import { databaseSection } from "../../infra/settings/aws-sections.ts";

const request = (settings: Record<string, unknown> = {}, protect = true): DatabaseRequest => ({
  application: "teamflow",
  identifier: "teamflow-staging",
  settings: databaseSection.parse(settings),
  protect,
});
const thresholds = (settings: Record<string, unknown>) =>
  Object.fromEntries(planDatabaseAlarms(request(settings)).map(({ part, threshold }) => [part, threshold]));

/** Every setting that somebody may write, so that a new one is in the property tests without a word here. */
const anySettings = fc.record({
  name: fc.constantFrom("teamflow_staging", "other"),
  engineVersion: fc.constantFrom("17", "18"),
  instanceClass: fc.constantFrom(
    "db.t4g.micro",
    "db.t4g.large",
    "db.m7g.2xlarge",
    "db.r8g.large",
    "db.x2iedn.32xlarge",
  ),
  storageGiB: fc.integer({ min: 20, max: 400 }),
  maxStorageGiB: fc.integer({ min: 440, max: 65536 }),
  multiAz: fc.boolean(),
  backupDays: fc.integer({ min: 1, max: 35 }),
  backupWindow: fc.constantFrom("03:00-04:00", "01:00-02:00"),
  maintenanceWindow: fc.constantFrom("sun:04:00-sun:05:00", "mon:10:00-mon:11:00"),
  deletionProtection: fc.boolean(),
  finalSnapshot: fc.boolean(),
});

describe("the plan for a database instance", () => {
  /** What the provider marks ForceNew, read from terraform-provider-aws 6.34 (internal/service/rds/instance.go). */
  const replacing = [
    "availabilityZone",
    "backupTarget",
    "characterSetName",
    "customIamInstanceProfile",
    "dbName",
    "engine",
    "identifierPrefix",
    "kmsKeyId",
    "ncharCharacterSetName",
    "snapshotIdentifier",
    "storageEncrypted",
    "timezone",
    "username",
  ];

  it("never gives AWS a reason to replace the server, whatever settings change", () => {
    fc.assert(
      fc.property(anySettings, anySettings, fc.boolean(), (before, after, protect) => {
        const [from, to] = [planInstance(request(before, protect)), planInstance(request(after, protect))].map((args) =>
          Object.fromEntries(Object.entries(args).filter(([name]) => replacing.includes(name))),
        );
        assert.deepEqual(from, to);
      }),
    );
  });

  it("is encrypted, private, and without a password of ours, whatever the settings say", () => {
    fc.assert(
      fc.property(anySettings, fc.boolean(), (settings, protect) => {
        const args = planInstance(request(settings, protect));
        assert.ok(args.storageEncrypted && args.manageMasterUserPassword && args.iamDatabaseAuthenticationEnabled);
        assert.equal(args.publiclyAccessible, false);
        assert.ok(!("password" in args) && !("dbName" in args));
      }),
    );
  });

  it("has a major version without a minor one, which is AWS's business", () => {
    const { allowMajorVersionUpgrade, autoMinorVersionUpgrade, engineLifecycleSupport, engineVersion } = planInstance(
      request({ engineVersion: "18" }),
    );
    assert.deepEqual(
      { allowMajorVersionUpgrade, autoMinorVersionUpgrade, engineLifecycleSupport, engineVersion },
      {
        allowMajorVersionUpgrade: true,
        autoMinorVersionUpgrade: true,
        engineLifecycleSupport: "open-source-rds-extended-support-disabled",
        engineVersion: "18",
      },
    );
  });

  it("restarts a server that people rely on in its maintenance window only", () => {
    assert.equal(planInstance(request({}, true)).applyImmediately, false);
    assert.equal(planInstance(request({}, false)).applyImmediately, true);
  });

  it("lets a stack without protection go, even if the settings of its database forgot to", () => {
    assert.equal(planInstance(request({ deletionProtection: true }, true)).deletionProtection, true);
    assert.equal(planInstance(request({ deletionProtection: false }, true)).deletionProtection, false);
    assert.equal(planInstance(request({ deletionProtection: true }, false)).deletionProtection, false);
  });

  it("keeps the automatic backups of a server that is deleted with a last snapshot", () => {
    for (const finalSnapshot of [true, false]) {
      const args = planInstance(request({ finalSnapshot }));
      assert.deepEqual([args.skipFinalSnapshot, args.deleteAutomatedBackups], [!finalSnapshot, !finalSnapshot]);
    }
  });

  it("says 0 for storage that does not grow, as RDS does", () => {
    assert.equal(planInstance(request({ storageGiB: 50, maxStorageGiB: 50 })).maxAllocatedStorage, 0);
    assert.equal(planInstance(request({ storageGiB: 50, maxStorageGiB: 80 })).maxAllocatedStorage, 80);
  });

  it("names roles as on a developer's machine", () => {
    assert.deepEqual(databaseRoles("team-flow"), { owner: "team_flow_owner", application: "team_flow_app" });
  });

  it("takes parameters of the major version's family, forces TLS, and logs no values", () => {
    assert.equal(parameterFamily({ engineVersion: "18" }), "postgres18");
    const values = Object.fromEntries(databaseParameters.map(({ name, value }) => [name, value]));
    assert.equal(values["rds.force_ssl"], "1");
    assert.equal(values.log_parameter_max_length, "0");
    assert.ok(!("log_statement" in values), "log_statement would log the passwords of ALTER ROLE");
  });
});

describe("the alarms of a database", () => {
  it("follow the size of the server", () => {
    assert.deepEqual(thresholds({ instanceClass: "db.t4g.micro", storageGiB: 20, maxStorageGiB: 100 }), {
      storage: 2 ** 30,
      cpu: 80,
      connections: 78, // the smallest accepts 81 to 87
      memory: 0.05 * 2 ** 30,
      "disk-queue": 20,
      "replica-lag": 2 * 2 ** 30,
      "transaction-ids": 1_000_000_000,
    });
    assert.equal(thresholds({ instanceClass: "db.r7g.16xlarge" }).connections, 3500); // RDS stops at 5000
    assert.equal(thresholds({ storageGiB: 200, maxStorageGiB: 200 }).storage, 20 * 2 ** 30);
    assert.equal(thresholds({ storageGiB: 200, maxStorageGiB: 400 }).storage, 10 * 2 ** 30);
  });

  it("each name what is wrong and can be told apart", () => {
    const alarms = planDatabaseAlarms(request());
    assert.equal(new Set(alarms.map(({ part }) => part)).size, alarms.length);
    for (const { description, dimensions } of alarms) {
      assert.match(description, /^The database teamflow-staging .+\. .+\.$/);
      assert.ok(description.length <= 1024, "CloudWatch's limit");
      assert.deepEqual(dimensions, { DBInstanceIdentifier: "teamflow-staging" });
    }
  });
});

describe("the memory of an instance class", () => {
  for (const [name, memory] of Object.entries({
    "db.t4g.micro": 1,
    "db.t4g.small": 2,
    "db.t3.medium": 4,
    "db.m7g.large": 8,
    "db.m7g.16xlarge": 256,
    "db.r8g.large": 16,
    "db.r6gd.2xlarge": 64,
    "db.c6gd.medium": 2,
    "db.x2g.large": 32,
    "db.x2iedn.xlarge": 128,
    "db.x1e.xlarge": 122,
    "cache.r7g.2xlarge": 64,
    "cache.t4g.micro": 1,
    "db.q1.large": undefined,
    "db.t4g.tiny": undefined,
    "db.t4g.0xlarge": undefined,
    "t4g.micro": undefined,
  })) {
    it(`is ${memory ?? "not known"} for ${name}`, () => assert.equal(memoryOf(name), memory));
  }
});
