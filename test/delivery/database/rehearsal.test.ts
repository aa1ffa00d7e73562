import assert from "node:assert/strict";
import {
  CreateDBInstanceCommand,
  DeleteDBInstanceCommand,
  DescribeDBInstancesCommand,
  ModifyDBInstanceCommand,
  RDSClient,
} from "@aws-sdk/client-rds";
import type pg from "pg";
import { withConnection } from "../../../delivery/database/connection.ts";
import type { SecretReference } from "../../../delivery/database/reference.ts";
import { type Rehearsal, type RehearsalOrder, rehearse } from "../../../delivery/database/rehearsal.ts";
import { deleteCopy, leftCopies } from "../../../delivery/database/rehearsal-copy.ts";
import { UserError } from "../../../delivery/errors.ts";
import { startAws } from "../../sandbox/aws/support.ts";
import { eventually, removeRoots } from "../../sandbox/support.ts";

/** The whole of it against the local AWS, whose copies are real PostgreSQL servers with the data. */
describe("a rehearsed restore", function () {
  this.timeout("3m");
  const environment = { ...process.env };
  let rds: RDSClient;
  let database: SecretReference;

  before(async () => {
    const aws = await startAws();
    Object.assign(process.env, aws.env);
    rds = new RDSClient(aws.config);
    await rds.send(
      new CreateDBInstanceCommand({
        DBInstanceIdentifier: "live",
        Engine: "postgres",
        EngineVersion: "17.6",
        DBInstanceClass: "db.t4g.micro",
        AllocatedStorage: 20,
        DBName: "teamflow",
        MasterUsername: "owner",
        ManageMasterUserPassword: true,
        StorageEncrypted: true,
        DeletionProtection: true,
        BackupRetentionPeriod: 7,
      }),
    );
    await eventually(
      "live is available",
      async () => (await instance("live"))?.DBInstanceStatus === "available",
      60_000,
    );
    const live = await instance("live");
    database = {
      kind: "secret",
      arn: live?.MasterUserSecret?.SecretArn ?? "",
      host: live?.Endpoint?.Address ?? "",
      port: live?.Endpoint?.Port ?? 0,
      database: "teamflow",
    };
    await on(database, async (client) => {
      await client.query("CREATE TABLE notes (id serial PRIMARY KEY, text text, created_at timestamptz DEFAULT now())");
      await client.query("ALTER TABLE notes ENABLE ROW LEVEL SECURITY; CREATE POLICY all_notes ON notes USING (true)");
      await client.query(`CREATE TABLE "odd ""name" ("at it" timestamp DEFAULT 'infinity')`);
      await client.query("INSERT INTO notes (text) SELECT repeat('x', 100) FROM generate_series(1, 5000)");
    });
  });
  after(async () => {
    for (const key of Object.keys(process.env)) if (!(key in environment)) delete process.env[key];
    Object.assign(process.env, environment);
    await removeRoots();
  });

  const on = <T>(reference: SecretReference, work: (client: pg.Client) => Promise<T>) =>
    withConnection(reference, { applicationName: "test" }, work);

  const instance = async (name: string) =>
    (await rds.send(new DescribeDBInstancesCommand({}))).DBInstances?.find(
      (each) => each.DBInstanceIdentifier === name,
    );

  /** @param at called with each step that is told, and waited for at the next */
  async function run(
    order: Partial<RehearsalOrder> = {},
    at: (step: string, copy: string) => void = () => undefined,
    signal = new AbortController().signal,
  ): Promise<{ readonly result: Rehearsal; readonly steps: readonly string[] }> {
    const steps: string[] = [];
    let copy = "";
    const targets = { recoveryTime: 600, recoveryPoint: 600 };
    const result = await rehearse(
      { identifier: "live", database, at: undefined, keep: false, targets, ...order },
      { rds, signal, interval: 200, settle: 1_500 },
      {
        step: (text) => {
          steps.push(text);
          at(text, copy);
        },
        begun: (name) => {
          copy = name;
        },
      },
    );
    return { result, steps };
  }

  it("proves that the live database can be restored, while it is written to, and leaves nothing", async () => {
    const writing = new AbortController();
    const writer = on(database, async (client) => {
      while (!writing.signal.aborted) {
        await client.query("INSERT INTO notes (text) SELECT 'w' FROM generate_series(1, 50)");
        await client.query("DELETE FROM notes WHERE id IN (SELECT id FROM notes WHERE text = 'w' LIMIT 20)");
      }
    });
    const { result, steps } = await run().finally(() => writing.abort());
    await writer;
    assert.deepEqual([result.problems, result.remarks, result.proved], [[], [], true]);
    assert.deepEqual(
      result.tables.map(({ name }) => name),
      ["public.notes", 'public.odd "name'],
    );
    const [notes] = result.tables;
    assert.ok((notes?.copy ?? 0) >= 5000 && notes?.newest.copy !== undefined);
    assert.ok(result.recoveryTime > 0 && result.recoveryTime < 120 && result.recoveryPoint < 60);
    assert.match(steps.join("\n"), /copy is creating[\s\S]*copy is available[\s\S]*deleting the copy[\s\S]*is gone/);
    assert.deepEqual(await leftCopies(rds, "live"), []);
  });

  it("does not prove what took too long, and says what took how long", async () => {
    const { result } = await run({ targets: { recoveryTime: 0.001, recoveryPoint: 0.000001 } });
    assert.equal(result.proved, false);
    assert.match(result.problems.join("\n"), /the restore took \d+ s, and 0.001 s are allowed/);
    assert.deepEqual(await leftCopies(rds, "live"), []);
  });

  it("deletes the copy when it is stopped in the middle, also when it was to be kept", async () => {
    const stop = new AbortController();
    const stopped = run({ keep: true }, (step) => step.includes("creating") && stop.abort(), stop.signal);
    await assert.rejects(stopped, { name: "AbortError" });
    assert.deepEqual(await leftCopies(rds, "live"), []);
  });

  it("leaves the copy where it is to, finds it the next time, and deletes no other instance", async () => {
    const { result } = await run({ keep: true });
    assert.deepEqual([result.kept, result.proved], [true, true]);
    assert.deepEqual(await leftCopies(rds, "live"), [result.copy]);
    const quiet = () => undefined;
    await assert.rejects(deleteCopy(rds, "live", "live", { interval: 100 }, quiet), /is no copy of live/);
    await deleteCopy(rds, result.copy, "live", { interval: 100 }, quiet);
    assert.deepEqual(await leftCopies(rds, "live"), []);
    assert.equal((await instance("live"))?.DBInstanceStatus, "available");
  });

  it("says why it cannot be tried", async () => {
    const earlier = run({ at: new Date(Date.now() - 3_600_000) });
    await assert.rejects(earlier, (error) => error instanceof UserError && /latest moment only/.test(error.message));
    const strange = run({ identifier: "missing" });
    await assert.rejects(
      strange,
      (error) => error instanceof UserError && /no database instance missing/.test(error.message),
    );
    const away = run({ database: { ...database, port: 1 } });
    await assert.rejects(away, (error) => error instanceof UserError && /cannot be reached/.test(error.message));
    assert.deepEqual(await leftCopies(rds, "live"), []);
  });

  it("wants backups to be on", async () => {
    await rds.send(
      new ModifyDBInstanceCommand({ DBInstanceIdentifier: "live", BackupRetentionPeriod: 0, ApplyImmediately: true }),
    );
    await assert.rejects(run(), /RDS keeps nothing of live that could be restored/);
    await rds.send(new ModifyDBInstanceCommand({ DBInstanceIdentifier: "live", DeletionProtection: false }));
    await rds.send(new DeleteDBInstanceCommand({ DBInstanceIdentifier: "live", SkipFinalSnapshot: true }));
  });
});
