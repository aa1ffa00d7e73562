import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import {
  CreateDBInstanceCommand,
  CreateDBSnapshotCommand,
  type DBInstance,
  DeleteDBInstanceCommand,
  DeleteDBSnapshotCommand,
  DescribeDBInstancesCommand,
  DescribeDBSnapshotsCommand,
  RDSClient,
  RestoreDBInstanceFromDBSnapshotCommand,
  RestoreDBInstanceToPointInTimeCommand,
} from "@aws-sdk/client-rds";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import pg from "pg";
import { layoutOf } from "../../../sandbox/layout.ts";
import { choosePlace } from "../../../sandbox/postgres/place.ts";
import { eventually, removeRoots } from "../support.ts";
import { type LocalAws, startAws } from "./support.ts";

describe("local AWS: what is restored in RDS has the data", function () {
  this.timeout("3m");
  let aws: LocalAws;
  let rds: RDSClient;
  let secrets: SecretsManagerClient;

  before(async () => {
    aws = await startAws();
    rds = new RDSClient(aws.config);
    secrets = new SecretsManagerClient(aws.config);
    await rds.send(
      new CreateDBInstanceCommand({
        DBInstanceIdentifier: "main",
        Engine: "postgres",
        EngineVersion: "17.6",
        DBInstanceClass: "db.t4g.micro",
        AllocatedStorage: 20,
        StorageEncrypted: true,
        DBName: "teamflow",
        MasterUsername: "owner",
        ManageMasterUserPassword: true,
        MultiAZ: true,
        DeletionProtection: true,
        BackupRetentionPeriod: 7,
      }),
    );
    await available("main");
    await query("main", "CREATE TABLE notes (id serial PRIMARY KEY, text text)");
    await query("main", "INSERT INTO notes (text) SELECT repeat('x', 200) FROM generate_series(1, 20000)");
  });
  after(removeRoots);

  async function instance(id: string): Promise<DBInstance> {
    const { DBInstances } = await rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: id }));
    assert.ok(DBInstances?.[0]);
    return DBInstances[0];
  }

  const available = (id: string) =>
    eventually(`${id} is available`, async () => (await instance(id)).DBInstanceStatus === "available", 60_000);

  async function query(id: string, sql: string): Promise<Record<string, unknown>[]> {
    const { Endpoint, MasterUserSecret } = await instance(id);
    const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: MasterUserSecret?.SecretArn }));
    const { username, password } = JSON.parse(SecretString ?? "") as { username: string; password: string };
    const client = new pg.Client({
      host: Endpoint?.Address ?? "",
      port: Endpoint?.Port ?? 0,
      database: "teamflow",
      user: username,
      password,
      ssl: { ca: readFileSync(aws.env.PGSSLROOTCERT ?? "", "utf8") },
    });
    client.on("error", () => undefined);
    await client.connect();
    try {
      return (await client.query(sql)).rows as Record<string, unknown>[];
    } finally {
      await client.end();
    }
  }

  const toPointInTime = (target: string, more: object = {}) =>
    rds.send(
      new RestoreDBInstanceToPointInTimeCommand({
        SourceDBInstanceIdentifier: "main",
        TargetDBInstanceIdentifier: target,
        UseLatestRestorableTime: true,
        ManageMasterUserPassword: true,
        ...more,
      }),
    );

  it("restores the present beside the instance, which goes on being written to", async () => {
    let written = 0;
    const writing = new AbortController();
    const writer = (async () => {
      while (!writing.signal.aborted) {
        await query("main", `INSERT INTO notes (text) SELECT repeat('w', 500) FROM generate_series(1, 500)`);
        written += 500;
      }
    })();
    await eventually("something is written", () => written > 1000);
    const before = written;
    await toPointInTime("copy");
    await available("copy");
    writing.abort();
    await writer;
    const [copied] = await query("copy", "SELECT count(*)::int AS n FROM notes");
    const [live] = await query("main", "SELECT count(*)::int AS n FROM notes");
    assert.ok(Number(copied?.n) >= 20_000 + before, `${copied?.n} of ${live?.n}`);
    assert.ok(Number(copied?.n) <= Number(live?.n));
    // Whole: the index says the same as the table, and whoever came later is not there.
    assert.deepEqual(await query("copy", "SELECT count(DISTINCT id)::int AS n FROM notes"), [copied]);
  });

  it("gives it what AWS gives: the source's size and key, but neither its protection nor its second zone", async () => {
    const [copy, main] = await Promise.all([instance("copy"), instance("main")]);
    assert.equal(copy.DBInstanceClass, main.DBInstanceClass);
    assert.equal(copy.StorageEncrypted, true);
    assert.equal(copy.KmsKeyId, main.KmsKeyId);
    assert.deepEqual([copy.MultiAZ, copy.DeletionProtection], [false, false]);
    assert.notEqual(copy.MasterUserSecret?.SecretArn, main.MasterUserSecret?.SecretArn);
    assert.notEqual(copy.Endpoint?.Address, main.Endpoint?.Address);
  });

  it("leaves both alone after that: what is written to one is not in the other", async () => {
    await query("copy", "DELETE FROM notes");
    const [left] = await query("main", "SELECT count(*)::int AS n FROM notes");
    assert.ok(Number(left?.n) > 20_000);
  });

  it("says up to when it can restore, and refuses what it cannot", async () => {
    const { LatestRestorableTime } = await instance("main");
    assert.ok(Math.abs(Date.now() - (LatestRestorableTime?.getTime() ?? 0)) < 5_000);
    const earlier = { RestoreTime: new Date(Date.now() - 3_600_000), UseLatestRestorableTime: undefined };
    await assert.rejects(toPointInTime("earlier", earlier), /latest moment only/);
    await assert.rejects(toPointInTime("copy"), { name: "DBInstanceAlreadyExistsFault" });
    await assert.rejects(toPointInTime("no", { SourceDBInstanceIdentifier: "missing" }), /missing not found/);
  });

  it("keeps the data in a snapshot, as they were when it was taken", async () => {
    const taken = { DBInstanceIdentifier: "main", DBSnapshotIdentifier: "before" };
    const [then] = await query("main", "SELECT count(*)::int AS n FROM notes");
    await rds.send(new CreateDBSnapshotCommand(taken));
    const status = async () =>
      (await rds.send(new DescribeDBSnapshotsCommand({ DBSnapshotIdentifier: "before" }))).DBSnapshots?.[0]?.Status;
    await eventually("the snapshot is available", async () => (await status()) === "available", 60_000);
    await query("main", "TRUNCATE notes");
    const restored = { DBInstanceIdentifier: "old", DBSnapshotIdentifier: "before", ManageMasterUserPassword: true };
    await rds.send(new RestoreDBInstanceFromDBSnapshotCommand(restored));
    await available("old");
    assert.deepEqual(await query("old", "SELECT count(*)::int AS n FROM notes"), [then]);
  });

  it("leaves nothing of copies and snapshots that are deleted", async () => {
    const folder = choosePlace(layoutOf(aws.root), "rds").directory;
    for (const DBInstanceIdentifier of ["copy", "old"])
      await rds.send(new DeleteDBInstanceCommand({ DBInstanceIdentifier, SkipFinalSnapshot: true }));
    await rds.send(new DeleteDBSnapshotCommand({ DBSnapshotIdentifier: "before" }));
    await eventually("one database is left", () => readdirSync(folder).length === 1);
  });
});
