/**
 * `npm run bench:migrate [-- --users 1000000 --clients 1000]`: how long it takes to give a million users their organizations while the
 * application goes on, and how long the application's clients wait for it.
 *
 * The baseline is the source's own SQL (seeds/001, "Migration 3": one transaction of INSERT ... SELECT), on the same rows, the same tables
 * and indexes, with nobody else there. Ours runs with all clients at work, as the runner runs it: every step from the application's own
 * tables to enforced row-level security. Server, clients and runner share this machine.
 */
import { cpus } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { readMigrations } from "../delivery/database/migrations.ts";
import { up } from "../delivery/database/migrator.ts";
import { checkoutRoot } from "../sandbox/paths.ts";
import { type Sample, startLoad } from "./migrate/load.ts";
import { startServer } from "./migrate/server.ts";

const { values } = parseArgs({
  options: {
    users: { type: "string", default: "1000000" },
    clients: { type: "string", default: "1000" },
    connections: { type: "string", default: "20" },
    think: { type: "string", default: "2000" },
  },
});
const users = Number(values.users);
const clients = Number(values.clients);
const connections = Number(values.connections);
const think = Number(values.think);

const migrations = readMigrations(path.join(checkoutRoot, "migrations"));
const baseline = migrations[0]?.name as string;
const lastBeforeMove = migrations[migrations.findIndex(({ name }) => name.endsWith("_move_users")) - 1]?.name as string;

/** Nine of ten users have a profile, one of ten a GitHub connection, one of twenty no email. */
const seed = `
  INSERT INTO auth.users (id, email) SELECT md5('user-' || n)::uuid, CASE WHEN n % 20 > 0 THEN 'user-' || n || '@example.com' END FROM generate_series(1, ${users}) n;
  INSERT INTO public.profiles (id, display_name) SELECT md5('user-' || n)::uuid, 'User ' || n FROM generate_series(1, ${users}) n WHERE n % 10 > 0;
  INSERT INTO github_module.github_app_installations (installation_id, user_id, account_login) SELECT n, md5('user-' || n)::uuid, 'user-' || n FROM generate_series(1, ${users}, 10) n`;

/** The statements of seeds/001, where the columns that ours adds take their defaults. */
const bare = `BEGIN;
  INSERT INTO enterprise.organizations (name, display_name, plan_type, status)
    SELECT email || '_org', email, 'trial', 'active' FROM auth.users WHERE email IS NOT NULL ON CONFLICT (name) DO NOTHING;
  ANALYZE enterprise.organizations; -- not in the source, whose next statement takes hours without it
  UPDATE public.profiles p SET organization_id = o.id FROM enterprise.organizations o, auth.users u WHERE p.id = u.id AND o.name = u.email || '_org';
  INSERT INTO enterprise.organization_roles (organization_id, name, display_name, permissions, is_default)
    SELECT id, 'Admin', 'Administrator', '["*"]'::jsonb, true FROM enterprise.organizations;
  ANALYZE enterprise.organization_roles;
  INSERT INTO enterprise.user_organization_roles (user_id, organization_id, role_id, assigned_by)
    SELECT p.id, p.organization_id, r.id, p.id FROM public.profiles p
    JOIN enterprise.organization_roles r ON r.organization_id = p.organization_id AND r.name = 'Admin' WHERE p.organization_id IS NOT NULL;
  COMMIT`;

const server = await startServer();
try {
  const admin = await server.connect("postgres");
  await admin.query(`CREATE DATABASE seeded OWNER ${server.owner}`);
  const reference = (database: string) => ({ kind: "environment", database, user: server.owner }) as const;
  const options = { environment: server.environment, statementTimeout: 600_000 };
  await up(reference("seeded"), migrations, { ...options, through: baseline });
  const seeder = await server.connect("seeded");
  await seeder.query(seed);
  await seeder.query("VACUUM ANALYZE");
  await seeder.end();
  for (const database of ["bare", "moved"])
    await admin.query(`CREATE DATABASE ${database} TEMPLATE seeded OWNER ${server.owner}`);

  say(
    `${users.toLocaleString("en")} users; ${clients} clients, who think ${think / 1000} s, on ${connections} connections; ${cpus().length} cores (${cpus()[0]?.model.trim()})`,
  );
  await up(reference("bare"), migrations, { ...options, through: lastBeforeMove });
  note("the bare INSERT ... SELECT runs");
  const single = await server.connect("bare");
  await single.query("CHECKPOINT");
  const bareSeconds = await seconds(() => single.query(bare));
  await single.end();
  await admin.query("DROP DATABASE bare");
  await admin.query("CHECKPOINT");

  const pool = server.pool("moved", connections);
  const load = startLoad(pool, clients, users, think);
  note("clients are at work, nothing migrates yet");
  await sleep(15_000);
  const steps: { readonly name: string; readonly at: number }[] = [];
  const began = performance.now();
  let told = began;
  const result = await up(reference("moved"), migrations, {
    environment: server.environment,
    onStart: ({ name }) => void steps.push({ name, at: performance.now() }),
    onProgress: ({ affected, batches, name }) => {
      if (performance.now() - told < 10_000) return;
      told = performance.now();
      note(`${name}: ${affected.toLocaleString("en")} rows in ${batches.toLocaleString("en")} batches`);
    },
  });
  const ended = performance.now();
  await sleep(3_000);
  await load.stop();
  await pool.end();

  const check = await server.connect("moved");
  const {
    rows: [left],
  } = await check.query(
    `SELECT (SELECT count(*)::int FROM auth.users u WHERE NOT EXISTS (SELECT FROM enterprise.user_organization_roles r WHERE r.user_id = u.id)) AS users,
       (SELECT count(*)::int FROM public.profiles WHERE organization_id IS NULL) AS profiles,
       (SELECT count(*)::int FROM github_module.github_app_installations WHERE organization_id IS NULL) AS connections`,
  );
  const { rows: backfills } = await check.query("SELECT name, batches, affected FROM slipway.progress ORDER BY name");
  await check.end();
  await admin.end();

  say(
    `\nbare INSERT ... SELECT, nobody else there: ${bareSeconds.toFixed(1)} s (and it loses the users without email or profile)`,
  );
  const move = steps.findIndex(({ name }) => name.endsWith("_move_users"));
  const moveSeconds = ((steps[move + 1]?.at ?? ended) - (steps[move]?.at ?? began)) / 1000;
  say(
    `the move of users under load: ${moveSeconds.toFixed(1)} s, ${(moveSeconds / bareSeconds).toFixed(1)} times that; all steps ${((ended - began) / 1000).toFixed(1)} s, ${result.lockRetries} steps back from a lock`,
  );
  for (const { name, batches, affected } of backfills)
    if (Number(affected) > 0) say(`  ${name}: ${affected} rows in ${batches} batches`);
  say(`left without an organization: ${left.users} users, ${left.profiles} profiles, ${left.connections} connections`);
  say(`\nwhat clients waited, in ms${" ".repeat(24)}number    p50    p99   longest  (at the database)`);
  describe(
    "before, nothing migrates",
    load.samples.filter((sample) => sample.ended < began),
  );
  describe(
    "while it migrates",
    load.samples.filter((sample) => sample.ended >= began && sample.wanted <= ended),
  );
  for (const [index, { name, at }] of steps.entries()) {
    const until = steps[index + 1]?.at ?? ended;
    describe(
      `  ${name}`,
      load.samples.filter((sample) => sample.ended >= at && sample.wanted <= until),
    );
  }
  for (const [message, count] of load.errors) say(`errors: ${count} times ${message}`);
  say(
    `${load.errors.size === 0 ? "no" : [...load.errors.values()].reduce((sum, count) => sum + count, 0)} errors of ${load.samples.length}`,
  );
} finally {
  await server.stop();
}

function describe(what: string, samples: readonly Sample[]): void {
  if (samples.length === 0) return;
  const waits = samples.map(({ wanted, ended }) => ended - wanted).sort((a, b) => a - b);
  // Not Math.max of them all: a function takes some hundred thousand arguments and no more.
  const atDatabase = samples.reduce((longest, { started, ended }) => Math.max(longest, ended - started), 0);
  const at = (share: number) =>
    (waits[Math.min(waits.length - 1, Math.floor(waits.length * share))] as number).toFixed(1);
  say(
    `${what.padEnd(46)}${String(samples.length).padStart(9)}${at(0.5).padStart(7)}${at(0.99).padStart(7)}${at(1).padStart(10)}  (${atDatabase.toFixed(1)})`,
  );
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

/** A million users take minutes: what it is at, beside the result. */
function note(line: string): void {
  process.stderr.write(`  ${(process.uptime() / 60).toFixed(1)} min: ${line}\n`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
