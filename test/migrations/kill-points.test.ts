import assert from "node:assert/strict";
import path from "node:path";
import pg from "pg";
import { readMigrations } from "../../delivery/database/migrations.ts";
import { down, up } from "../../delivery/database/migrator.ts";
import type { EnvironmentReference } from "../../delivery/database/reference.ts";
import { checkoutRoot } from "../../sandbox/paths.ts";
import { catalogSnapshot, dataSnapshot } from "../support/catalog.ts";
import { migratableDatabase, type TestPostgres, testPostgres } from "../support/postgres.ts";
import { newRows, oldRows } from "./sample.ts";

/** How many times a run is killed, over whole ways up and down. */
const kills = 200;
const migrations = readMigrations(path.join(checkoutRoot, "migrations"));

/** The server ends the session before the statement, in its middle, or the network is lost and nobody knows what became of it. */
const manners = ["before", "during", "network"] as const;

describe("a migration run that is killed at any statement", () => {
  let server: TestPostgres;
  let admin: pg.Client;
  let reference: EnvironmentReference;
  let options: { environment: Record<string, string>; batchTime: number };
  /** Statements until the next kill; Infinity lets the run through. */
  let left = Number.POSITIVE_INFINITY;
  let killed: string | undefined;
  const original = pg.Client.prototype.query;

  before(async () => {
    server = await testPostgres();
    const { name, owner } = await migratableDatabase();
    reference = { kind: "environment", database: name, user: owner };
    options = { environment: server.environment, batchTime: 1 };
    admin = await server.connect(name);
    pg.Client.prototype.query = function (this: pg.Client, ...args: Parameters<typeof original>) {
      const run = () => original.apply(this, args);
      if (this.user !== owner || --left !== 0) return run();
      const manner = manners[Math.floor(Math.random() * manners.length)];
      killed = `${manner} ${JSON.stringify(args[0]).slice(0, 120)}`;
      const { processID, connection } = this as unknown as {
        processID: number;
        connection: { stream: { destroy(): void } };
      };
      const terminate = () =>
        original.apply(admin, [
          `SELECT pg_terminate_backend(${processID}, 5000)`,
        ] as never) as unknown as Promise<unknown>;
      if (manner === "before") return terminate().then(run);
      const running = run() as unknown as Promise<unknown>;
      if (manner === "during") void terminate();
      else setTimeout(() => connection.stream.destroy(), Math.random() * 5);
      return running;
    } as never;
  });
  after(async () => {
    pg.Client.prototype.query = original;
    await admin?.end();
  });

  it(`is finished by the next ones, ${kills} times, with schema and rows as they should be`, async function () {
    this.timeout(600_000);
    await up(reference, migrations.slice(0, 1), options);
    await admin.query(oldRows);
    await admin.query(
      "INSERT INTO auth.users (email) SELECT format('user-%s@example.com', n) FROM generate_series(1, 40) n",
    );
    await admin.query("INSERT INTO public.profiles (id) SELECT id FROM auth.users WHERE email LIKE 'user-%'");
    const bottom = await snapshot();
    await up(reference, migrations, options);
    await admin.query(newRows);
    // Those who came last are new at the bottom too.
    const top = await snapshot();
    await down(reference, migrations, { ...options, count: migrations.length - 1 });
    const bottomWithNewUser = await snapshot();
    assert.deepEqual(bottomWithNewUser.catalog, bottom.catalog);

    let count = 0;
    const manner = new Map<string, number>();
    while (count < kills) {
      for (const [direction, wanted] of [
        ["up", top],
        ["down", bottomWithNewUser],
      ] as const) {
        for (;;) {
          killed = undefined;
          left = 1 + Math.floor(Math.random() * 60);
          const applied = (await admin.query("SELECT count(*)::int AS n FROM slipway.migrations")).rows[0].n;
          const unfinished = (
            await admin.query("SELECT count(*)::int AS n FROM slipway.progress WHERE finished_at IS NULL")
          ).rows[0].n;
          const run =
            direction === "up"
              ? up(reference, migrations, options)
              : down(reference, migrations, { ...options, count: applied + unfinished - 1 });
          const error = await run.then(
            () => undefined,
            (reason: unknown) => reason,
          );
          left = Number.POSITIVE_INFINITY;
          if (killed === undefined) {
            assert.equal(error, undefined);
            break;
          }
          count++;
          const [how = ""] = (killed as string).split(" ");
          manner.set(how, (manner.get(how) ?? 0) + 1);
        }
        const reached = await snapshot();
        assert.deepEqual(reached.catalog, wanted.catalog, `${direction}, last killed ${killed}`);
        assert.deepEqual(reached.data, wanted.data, `${direction}, last killed ${killed}`);
      }
    }
    assert.equal(manner.size, manners.length);
  });

  const snapshot = async () => ({ catalog: await catalogSnapshot(admin), data: await dataSnapshot(admin) });
});
