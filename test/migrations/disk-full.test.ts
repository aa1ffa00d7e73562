import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import path from "node:path";
import type pg from "pg";
import { withConnection } from "../../delivery/database/connection.ts";
import { readMigrations } from "../../delivery/database/migrations.ts";
import { status, up } from "../../delivery/database/migrator.ts";
import type { EnvironmentReference } from "../../delivery/database/reference.ts";
import { UserError } from "../../delivery/errors.ts";
import type { Flag } from "../../delivery/flags/flag.ts";
import { applyFlags, readFlags } from "../../delivery/flags/store.ts";
import { checkoutRoot } from "../../sandbox/paths.ts";
import { catalogSnapshot } from "../support/catalog.ts";
import { migratableDatabase, type TestPostgres, testPostgres } from "../support/postgres.ts";
import { SmallDisk } from "../support/small-disk.ts";
import { oldRows } from "./sample.ts";

const migrations = readMigrations(path.join(checkoutRoot, "migrations"));
const users = 800;
/** Enough that the room left runs out in the middle of the move, and a batch fits in. */
const leastRoom = 96 * 1024;

/** The tables lie on a disk of 64 MB in memory; the server's log of changes (WAL) does not, whose end is the server's end. */
describe("on a server whose disk is full", function () {
  this.timeout(300_000);
  const tablespace = `small_${process.pid}`;
  let disk: SmallDisk;
  let server: TestPostgres;
  let admin: pg.Client;
  let reference: EnvironmentReference;

  before(async function () {
    const mounted = SmallDisk.mount(64);
    if (typeof mounted === "string") {
      console.warn(`    not tried: ${mounted}`);
      return this.skip();
    }
    disk = mounted;
    server = await testPostgres();
    const { name, owner } = await migratableDatabase();
    await server.query("postgres", `CREATE TABLESPACE ${tablespace} LOCATION '${disk.folder}'`);
    await server.query("postgres", `ALTER DATABASE ${name} SET TABLESPACE ${tablespace}`);
    reference = { kind: "environment", database: name, user: owner };
    admin = await seeded(reference);
  });
  after(async () => {
    if (disk === undefined) return;
    disk.free();
    await admin?.end();
    if (reference) await server.query("postgres", `DROP DATABASE ${reference.database} WITH (FORCE)`);
    await server.query("postgres", `DROP TABLESPACE ${tablespace}`);
    disk.unmount();
  });

  const migrate = (target: EnvironmentReference, through?: string) =>
    up(target, migrations, { environment: server.environment, batchTime: 5, ...(through && { through }) });

  /** The application's own tables with users in them. @returns a session of the administrator's */
  async function seeded(target: EnvironmentReference): Promise<pg.Client> {
    await migrate(target, migrations[0]?.name);
    const session = await server.connect(target.database);
    await session.query(oldRows);
    await session.query(
      `INSERT INTO auth.users (id, email) SELECT md5(n::text)::uuid, format('user-%s@example.com', n) FROM generate_series(1, ${users}) n;
       INSERT INTO public.profiles (id) SELECT id FROM auth.users WHERE email LIKE 'user-%'`,
    );
    return session;
  }

  it("a migration says so and writes nothing half, wherever it stops, and the next one finishes once there is room", async () => {
    const stops: string[] = [];
    let room = leastRoom;
    for (;;) {
      disk.leave(room);
      const error: unknown = await migrate(reference).then(
        () => undefined,
        (reason) => reason,
      );
      if (error === undefined) break;
      assert.ok(error instanceof UserError, String(error));
      assert.match(
        error.message,
        /^The disk of the database's server is full: could not [^\n]*\n {2}Make room there and run again/,
      );
      // Whoever looks needs room too, be it for a new session's own files.
      disk.free();
      await assertNothingHalf();
      const { applied, unfinished } = await status(reference, migrations, { environment: server.environment });
      const at = unfinished[0]?.name ?? `after ${applied.at(-1)?.name}`;
      // What one transaction needs it needs at once.
      room = stops.at(-1) === at && !at.endsWith("_move_users") ? room * 2 : leastRoom;
      stops.push(at);
      assert.ok(stops.length < 200, stops.join(", "));
    }
    disk.free();
    const places = new Set(stops);
    assert.ok(places.has("0012_move_users"), [...places].join(", "));
    assert.ok(places.size >= 4, [...places].join(", "));

    const { name, owner } = await migratableDatabase();
    const roomy: EnvironmentReference = { kind: "environment", database: name, user: owner };
    const other = await seeded(roomy);
    try {
      await migrate(roomy);
      assert.deepEqual(await catalogSnapshot(admin), await catalogSnapshot(other));
      assert.deepEqual(await membersOf(admin), await membersOf(other));
    } finally {
      await other.end();
    }
  });

  /** Who is a member of what, in words that are the same for every run: ids are made anew by each. */
  async function membersOf(session: pg.Client): Promise<string[]> {
    const { rows } = await session.query<{ line: string }>(
      `SELECT concat_ws(' ', u.id, u.email, o.name, o.origin, o.created_for = u.id, r.name, p.organization_id = o.id, p.id IS NULL) AS line
       FROM auth.users u LEFT JOIN public.profiles p ON p.id = u.id
         LEFT JOIN enterprise.user_organization_roles m ON m.user_id = u.id
         LEFT JOIN enterprise.organizations o ON o.id = m.organization_id
         LEFT JOIN enterprise.organization_roles r ON r.id = m.role_id ORDER BY 1`,
    );
    return rows.map(({ line }) => line);
  }

  /** An organization is there with its role and its member, or not at all. */
  async function assertNothingHalf(): Promise<void> {
    const { rows: known } = await admin.query(
      "SELECT to_regclass('enterprise.user_organization_roles') IS NOT NULL AS known",
    );
    if (!known[0].known) return;
    const { rows } = await admin.query(
      `SELECT o.id FROM enterprise.organizations o
         LEFT JOIN enterprise.organization_roles r ON r.organization_id = o.id
         LEFT JOIN enterprise.user_organization_roles m ON m.organization_id = o.id AND m.role_id = r.id
       GROUP BY o.id HAVING count(r.id) <> 1 OR count(m.id) <> 1`,
    );
    assert.deepEqual(rows, []);
  }

  it("a change of flags says so and writes none of them, and works once there is room", async () => {
    await migrate(reference);
    const flag = (description: string): Flag => ({
      name: "Flag",
      description,
      active: true,
      enabled: true,
      rollout: 100,
      targeting: {},
    });
    // The first fits into what is there; the second cannot be made smaller.
    const declared = { first: flag(""), second: flag(randomBytes(500_000).toString("base64")) };
    const seed = () =>
      withConnection(reference, { applicationName: "test", environment: server.environment }, (client) =>
        applyFlags(client, { environment: "staging", declared, actor: "ada", reason: "to see" }),
      );
    disk.leave(0);
    await assert.rejects(seed(), (error: Error) => {
      assert.ok(error instanceof UserError, String(error));
      assert.match(
        error.message,
        /^The disk of the database's server is full: .*Nothing of the transaction that needed room was kept\./,
      );
      return true;
    });
    assert.deepEqual(await readFlags(admin, "staging"), {});
    disk.free();
    await seed();
    assert.deepEqual(Object.keys(await readFlags(admin, "staging")), ["first", "second"]);
  });
});
