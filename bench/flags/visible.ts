/**
 * Prints how long it takes until a running application sees a flag that was changed in its database, with 1,000 flags there: from sending
 * the UPDATE to the event of the change. A PostgreSQL of its own, and a tenth of the changes beforehand to warm up.
 */
import { LiveFlags } from "../../delivery/flags/live-flags.ts";
import { postgresSource } from "../../delivery/flags/postgres-source.ts";
import { flagDatabase } from "../../test/delivery/flags/sql/database.ts";

const changes = Number(process.argv[2] ?? 1_000);
const running = setInterval(() => {}, 1_000);
const { admin, name, server } = await flagDatabase();
await admin.query(
  `INSERT INTO public.feature_flags (flag_key, name) SELECT 'f' || n, 'F' FROM generate_series(1, 1000) n`,
);
await admin.query(
  `INSERT INTO public.feature_flag_environments (flag_key, environment, enabled, rollout_percentage, user_targeting)
   SELECT 'f' || n, 'production', true, n % 101, CASE WHEN n % 4 = 0 THEN '{"segments": [{"name": "ours", "users": ["ada", "bob"]}]}' ELSE '{}' END::jsonb
     FROM generate_series(1, 1000) n`,
);
const connection = {
  host: "127.0.0.1",
  port: server.port,
  user: admin.user,
  password: String(admin.password),
  database: name,
};
const flags = new LiveFlags({
  environment: "production",
  source: postgresSource({ environment: "production", pollInterval: 3_600_000, connection }),
});
await flags.start();
const times: number[] = [];
for (let turn = 0; turn < changes * 1.1; turn++) {
  const seen = Promise.withResolvers<void>();
  const stop = flags.subscribe(({ kind }) => kind === "changed" && seen.resolve());
  const started = performance.now();
  await admin.query(
    "UPDATE public.feature_flag_environments SET rollout_percentage = (rollout_percentage + 1) % 101 WHERE flag_key = $1",
    [`f${1 + (turn % 1_000)}`],
  );
  await seen.promise;
  if (turn >= changes * 0.1) times.push(performance.now() - started);
  stop();
}
times.sort((a, b) => a - b);
const at = (share: number) => (times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0).toFixed(1);
console.log(`p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms (${times.length} changes)`);
await flags.close();
await admin.end();
clearInterval(running);
process.exit(0); // the test's server ends with this process
