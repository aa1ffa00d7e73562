import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readMigrations } from "../../../delivery/database/migrations.ts";
import { status, up } from "../../../delivery/database/migrator.ts";
import { checkoutRoot } from "../../../sandbox/paths.ts";
import { catalogSnapshot } from "../../support/catalog.ts";
import { migratableDatabase, type TestPostgres, testPostgres } from "../../support/postgres.ts";

/** Few, for each takes a process: test/migrations/kill-points.test.ts ends sessions at 200 statements. */
const rounds = 8;

describe("a migration runner killed with SIGKILL", () => {
  let server: TestPostgres;
  let folder: string;

  before(async () => {
    server = await testPostgres();
    folder = await mkdtemp(path.join(tmpdir(), "slipway-migrations-"));
    await cp(path.join(checkoutRoot, "migrations"), folder, { recursive: true });
    for (let number = 9001; number <= 9004; number++) {
      const statements = Array.from(
        { length: 4 },
        (_, index) => `CREATE TABLE public.t${number}_${index} (id int); SELECT pg_sleep(0.01);`,
      );
      await writeFile(path.join(folder, `${number}_slow.up.sql`), statements.join("\n"));
      await writeFile(path.join(folder, `${number}_slow.down.sql`), "SELECT 1;");
    }
  });
  after(() => rm(folder, { recursive: true }));

  const snapshot = async (database: string) => {
    const client = await server.connect(database);
    try {
      return await catalogSnapshot(client);
    } finally {
      await client.end();
    }
  };

  it(`leaves nothing half done at ${rounds} random moments, and the next run finishes`, async function () {
    this.timeout(180_000);
    const migrations = readMigrations(folder);
    const whole = await migratableDatabase();
    const started = performance.now();
    await up({ kind: "environment", database: whole.name, user: whole.owner }, migrations, {
      environment: server.environment,
    });
    const duration = performance.now() - started;
    const wanted = await snapshot(whole.name);
    const progress = new Set<number>();
    for (let round = 0; round < rounds; round++) {
      const { name, owner } = await migratableDatabase();
      const reference = { kind: "environment", database: name, user: owner } as const;
      const delay = Math.floor(Math.random() * duration);
      await runAndKill(name, owner, delay);
      const left = await status(reference, migrations, { environment: server.environment });
      progress.add(left.applied.length);
      await up(reference, migrations, { environment: server.environment });
      assert.deepEqual(await snapshot(name), wanted, `killed after ${delay} ms`);
      const done = await status(reference, migrations, { environment: server.environment });
      assert.deepEqual(
        done.applied.map(({ name }) => name),
        migrations.map(({ name }) => name),
      );
      await server.query("postgres", `DROP DATABASE ${name} WITH (FORCE)`);
    }
    assert.ok(progress.size > 1, `the kills hit different moments: ${[...progress]}`);
  });

  /** The delay counts from the moment at which the child is about to migrate. */
  async function runAndKill(database: string, user: string, delay: number): Promise<void> {
    const at = (file: string) => JSON.stringify(path.join(checkoutRoot, "delivery", "database", file));
    const script = `
      const { readMigrations } = await import(${at("migrations.ts")});
      const { up } = await import(${at("migrator.ts")});
      await import("node-pg-migrate");
      console.log("ready");
      await up({ kind: "environment", database: ${JSON.stringify(database)}, user: ${JSON.stringify(user)} }, readMigrations(${JSON.stringify(folder)}));`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
      cwd: checkoutRoot,
      env: { ...process.env, ...server.environment },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const exit = once(child, "exit");
    await once(child.stdout, "data");
    await sleep(delay);
    child.kill("SIGKILL");
    await exit;
  }
});
