import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import {
  AddTagsToResourceCommand,
  CreateDBInstanceCommand,
  type CreateDBInstanceCommandInput,
  CreateDBParameterGroupCommand,
  type DBInstance,
  DeleteDBInstanceCommand,
  DescribeDBInstancesCommand,
  ModifyDBInstanceCommand,
  ModifyDBParameterGroupCommand,
  RDSClient,
} from "@aws-sdk/client-rds";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import pg from "pg";
import { startSandbox, stopSandbox } from "../../../sandbox/index.ts";
import { findProcesses } from "../../../sandbox/system/processes.ts";
import { eventually, pidOf, removeRoots } from "../support.ts";
import { type LocalAws, localAws, startAws } from "./support.ts";

describe("local AWS: RDS instances are PostgreSQL clusters", () => {
  let aws: LocalAws;
  let rds: RDSClient;
  let secrets: SecretsManagerClient;

  before(async () => {
    aws = await startAws();
    rds = new RDSClient(aws.config);
    secrets = new SecretsManagerClient(aws.config);
    await rds.send(
      new CreateDBParameterGroupCommand({
        DBParameterGroupName: "forced",
        DBParameterGroupFamily: "postgres17",
        Description: "forces TLS",
      }),
    );
    await rds.send(new CreateDBInstanceCommand(everything));
    await available("main");
  });
  after(removeRoots);

  const everything: CreateDBInstanceCommandInput = {
    DBInstanceIdentifier: "main",
    Engine: "postgres",
    EngineVersion: "17.6",
    DBInstanceClass: "db.t4g.micro",
    AllocatedStorage: 20,
    MaxAllocatedStorage: 100,
    StorageType: "gp3",
    StorageEncrypted: true,
    KmsKeyId: "arn:aws:kms:us-west-2:000000000000:key/11111111-1111-1111-1111-111111111111",
    DBName: "teamflow",
    MasterUsername: "owner",
    ManageMasterUserPassword: true,
    MasterUserSecretKmsKeyId: "arn:aws:kms:us-west-2:000000000000:key/22222222-2222-2222-2222-222222222222",
    DBParameterGroupName: "forced",
    MultiAZ: true,
    BackupRetentionPeriod: 7,
    PreferredBackupWindow: "09:00-09:30",
    PreferredMaintenanceWindow: "sun:10:00-sun:10:30",
    EnableCloudwatchLogsExports: ["postgresql", "upgrade"],
    EnablePerformanceInsights: true,
    PerformanceInsightsKMSKeyId: "arn:aws:kms:us-west-2:000000000000:key/11111111-1111-1111-1111-111111111111",
    PerformanceInsightsRetentionPeriod: 7,
    EnableIAMDatabaseAuthentication: true,
    CACertificateIdentifier: "rds-ca-ecc384-g1",
    DeletionProtection: true,
    CopyTagsToSnapshot: true,
    AutoMinorVersionUpgrade: true,
    PubliclyAccessible: false,
    Tags: [{ Key: "Stack", Value: "staging" }],
  };

  async function describeInstance(id: string): Promise<DBInstance> {
    const { DBInstances } = await rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: id }));
    assert.ok(DBInstances?.[0]);
    return DBInstances[0];
  }

  async function available(id: string): Promise<DBInstance> {
    await eventually(`${id} is available`, async () => (await describeInstance(id)).DBInstanceStatus === "available");
    return describeInstance(id);
  }

  async function login(id: string, ssl: boolean): Promise<pg.Client> {
    const { Endpoint, MasterUserSecret, DBName } = await describeInstance(id);
    const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: MasterUserSecret?.SecretArn }));
    const { username, password } = JSON.parse(SecretString ?? "") as { username: string; password: string };
    const client = new pg.Client({
      host: Endpoint?.Address ?? "",
      port: Endpoint?.Port ?? 0,
      database: DBName ?? "",
      user: username,
      password,
      ...(ssl && { ssl: { ca: readFileSync(aws.env.PGSSLROOTCERT ?? "", "utf8") } }),
    });
    client.on("error", () => undefined);
    await client.connect();
    return client;
  }

  it("says back everything that was set", async () => {
    const { Endpoint, MasterUserSecret, ...instance } = await describeInstance("main");
    assert.match(Endpoint?.Address ?? "", /^127\./);
    assert.equal(MasterUserSecret?.KmsKeyId, everything.MasterUserSecretKmsKeyId);
    assert.match(MasterUserSecret?.SecretArn ?? "", /^arn:aws:secretsmanager:us-west-2:000000000000:secret:rds!db-/);
    const { EnableCloudwatchLogsExports, EnablePerformanceInsights, EnableIAMDatabaseAuthentication, ...same } =
      everything;
    const { Tags, DBParameterGroupName, ManageMasterUserPassword, MasterUserSecretKmsKeyId, ...plain } = same;
    for (const [name, value] of Object.entries(plain))
      assert.deepEqual(instance[name as keyof typeof instance], value, name);
    assert.deepEqual(instance.EnabledCloudwatchLogsExports, EnableCloudwatchLogsExports);
    assert.equal(instance.PerformanceInsightsEnabled, EnablePerformanceInsights);
    assert.equal(instance.IAMDatabaseAuthenticationEnabled, EnableIAMDatabaseAuthentication);
    assert.equal(instance.CertificateDetails?.CAIdentifier, everything.CACertificateIdentifier);
    assert.equal(instance.DBParameterGroups?.[0]?.DBParameterGroupName, DBParameterGroupName);
    assert.deepEqual(instance.TagList, Tags);
    assert.ok(ManageMasterUserPassword && MasterUserSecretKmsKeyId);
  });

  it("lets the master in over TLS with the managed secret, as owner of its database and no superuser", async () => {
    const client = await login("main", true);
    try {
      const { rows } = await client.query(
        `SELECT rolsuper, rolcreaterole, rolcreatedb, rolbypassrls, pg_has_role(current_user, 'rds_superuser', 'member') AS rds,
          (SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), current_database() AS db FROM pg_roles WHERE rolname = current_user`,
      );
      const expected = { rolsuper: false, rolcreaterole: true, rolcreatedb: true, rolbypassrls: false, rds: true };
      assert.deepEqual(rows, [{ ...expected, ssl: true, db: "teamflow" }]);
      await client.query(
        "CREATE TABLE kept (n int); INSERT INTO kept VALUES (1); CREATE ROLE app LOGIN; DROP ROLE app",
      );
    } finally {
      await client.end();
    }
  });

  it("answers for the instance with a resource id, and with none when it is gone, not with another's", async () => {
    const { DbiResourceId = "" } = await available("main");
    const found = async (...Values: string[]) => {
      const Filters = [{ Name: "dbi-resource-id", Values }];
      const { DBInstances } = await rds.send(new DescribeDBInstancesCommand({ Filters }));
      return DBInstances?.map((instance) => instance.DbiResourceId);
    };
    assert.deepEqual(await found(DbiResourceId), [DbiResourceId]);
    assert.deepEqual(await found("db-GONE"), []);
  });

  it("refuses a connection without TLS as long as the parameter group forces it", async () => {
    await assert.rejects(login("main", false), /no pg_hba.conf entry.*no encryption/);
    const parameter = { ParameterName: "rds.force_ssl", ApplyMethod: "immediate" as const };
    const set = (ParameterValue: string) =>
      rds.send(
        new ModifyDBParameterGroupCommand({
          DBParameterGroupName: "forced",
          Parameters: [{ ...parameter, ParameterValue }],
        }),
      );
    const admitted = () =>
      login("main", false).then(
        (client) => client.end().then(() => true),
        () => false,
      );
    await set("0");
    await eventually("plain connections are let in", admitted);
    await set("1");
    await eventually("plain connections are refused", async () => !(await admitted()));
  });

  it("applies a change and a new managed password", async () => {
    const before = await login("main", true);
    await before.end();
    await rds.send(
      new ModifyDBInstanceCommand({
        DBInstanceIdentifier: "main",
        ApplyImmediately: true,
        BackupRetentionPeriod: 35,
        CloudwatchLogsExportConfiguration: { DisableLogTypes: ["upgrade"] },
        RotateMasterUserPassword: true,
      }),
    );
    const { BackupRetentionPeriod, EnabledCloudwatchLogsExports } = await available("main");
    assert.deepEqual([BackupRetentionPeriod, EnabledCloudwatchLogsExports], [35, ["postgresql"]]);
    await (await login("main", true)).end();
  });

  it("keeps records and data over a kill of everything, and over a stop", async () => {
    const { Endpoint, DBInstanceArn } = await describeInstance("main");
    await rds.send(new AddTagsToResourceCommand({ ResourceName: DBInstanceArn, Tags: [{ Key: "late", Value: "1" }] }));
    const gateway = await pidOf(aws.root, "aws");
    const all = findProcesses(({ environment, command }) =>
      [environment, command].some((text) => text.includes(aws.root)),
    ).map(({ pid }) => pid);
    for (const pid of new Set([gateway, ...all])) process.kill(pid, "SIGKILL");
    await startSandbox({ root: aws.root, parts: ["aws"] });
    aws = localAws(aws.root);
    const restored = await available("main");
    assert.deepEqual(restored.Endpoint, Endpoint);
    assert.ok(restored.TagList?.some(({ Key }) => Key === "late"));
    await stopSandbox(aws.root);
    await startSandbox({ root: aws.root, parts: ["aws"] });
    await available("main");
    const client = await login("main", true);
    const { rows } = await client.query("SELECT n FROM kept");
    await client.end();
    assert.deepEqual(rows, [{ n: 1 }]);
  });

  it("deletes only what is not protected, and asks for the name of a final snapshot", async () => {
    const deletion = { DBInstanceIdentifier: "main" };
    await assert.rejects(
      rds.send(new DeleteDBInstanceCommand({ ...deletion, SkipFinalSnapshot: true })),
      /DeletionProtection/,
    );
    await rds.send(new ModifyDBInstanceCommand({ ...deletion, DeletionProtection: false, ApplyImmediately: true }));
    await available("main");
    await assert.rejects(rds.send(new DeleteDBInstanceCommand(deletion)), /FinalDBSnapshotIdentifier/);
    const { MasterUserSecret } = await describeInstance("main");
    await rds.send(new DeleteDBInstanceCommand({ ...deletion, SkipFinalSnapshot: true }));
    await assert.rejects(describeInstance("main"), { name: "DBInstanceNotFoundFault" });
    await assert.rejects(secrets.send(new GetSecretValueCommand({ SecretId: MasterUserSecret?.SecretArn })), {
      name: "ResourceNotFoundException",
    });
    await eventually("its processes are gone", () => findProcesses(isOf(aws.root)).length === 0);
  });
});

function isOf(root: string) {
  return ({ command }: { command: string }) => /postgres/.test(command) && command.includes(root);
}
