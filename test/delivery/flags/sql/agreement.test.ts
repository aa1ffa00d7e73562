import assert from "node:assert/strict";
import fc from "fast-check";
import type pg from "pg";
import { compileFlags } from "../../../../delivery/flags/evaluation/compiled-flags.ts";
import { Murmur3 } from "../../../../delivery/flags/evaluation/murmur3.ts";
import { type StoredFlag, toFeature, withSharedSegments } from "../../../../delivery/flags/translate.ts";
import { context, sharedSegments, targeting } from "./arbitraries.ts";
import { flagDatabase } from "./database.ts";

const sets = 20;
const flagsOfASet = 25;
const contextsOfAFlag = 200;

interface Answer {
  readonly enabled: boolean;
  readonly reason: string;
  readonly rule: string | null;
  readonly variant: string | null;
  readonly value: unknown;
}

describe("the evaluation in SQL", () => {
  let admin: pg.Client;
  before(async () => {
    ({ admin } = await flagDatabase());
  });
  after(() => admin?.end());

  it("hashes as the evaluator does", async () => {
    const texts = fc
      .sample(fc.string({ unit: "grapheme", maxLength: 60 }), 2_000)
      .filter((text) => !text.includes("\0"));
    const { rows } = await admin.query(
      "SELECT public.feature_flag_hash('flag:' || t, s)::float8 AS hash FROM unnest($1::text[]) WITH ORDINALITY l (t, n), unnest('{0,86028157}'::bigint[]) s ORDER BY n, s",
      [texts],
    );
    const ours = texts.flatMap((text) => [0, 86028157].map((seed) => new Murmur3("flag:", seed).hash(text)));
    assert.deepEqual(
      rows.map(({ hash }) => hash),
      ours,
    );
  });

  it(`agrees with the evaluator in ${sets * flagsOfASet * contextsOfAFlag} random cases`, async () => {
    let cases = 0;
    const reasons = new Map<string, number>();
    const seed = Number(process.env.SLIPWAY_SEED ?? Date.now() % 1_000_000);
    for (let set = 0; set < sets; set++) {
      const run = { seed: seed + set, numRuns: 1 };
      const [flags] = fc.sample(
        fc.array(
          fc.record({
            enabled: fc.constantFrom(true, true, true, false),
            rollout: fc.constantFrom(0, 1, 30, 50, 99, 100),
            targeting,
          }),
          { minLength: flagsOfASet, maxLength: flagsOfASet },
        ),
        run,
      ) as [StoredFlag[]];
      const [shared] = fc.sample(sharedSegments, run) as [Record<string, unknown>];
      const contexts = fc.sample(context, { seed: seed + set, numRuns: contextsOfAFlag });
      const stored = Object.fromEntries(flags.map((flag, index) => [`f${index}`, flag]));
      await replace(stored, shared);
      const resolved = withSharedSegments(stored, shared);
      const compiled = compileFlags({ features: Object.entries(resolved).map(([key, flag]) => toFeature(key, flag)) });
      const { rows } = await admin.query<{ key: string; answers: Answer[] }>(
        `SELECT key, (SELECT json_agg(json_build_object('enabled', e.enabled, 'reason', e.reason, 'rule', e.rule, 'variant', e.variant, 'value', e.value) ORDER BY e.place)
           FROM public.feature_flag_evaluate_each('production', key, $2::jsonb[]) e) AS answers FROM unnest($1::text[]) key`,
        [Object.keys(stored), contexts.map((one) => JSON.stringify(one))],
      );
      for (const { key, answers } of rows) {
        for (const [index, theirs] of answers.entries()) {
          const ours = compiled.evaluate(key, contexts[index] ?? {});
          assert.ok(ours);
          const expected: Answer = {
            enabled: ours.enabled,
            reason: ours.reason,
            rule: ours.rule ?? null,
            variant: ours.variant?.name ?? null,
            value: ours.variant?.payload ?? null,
          };
          assert.deepEqual(
            theirs,
            expected,
            `seed ${seed + set}: ${key} ${JSON.stringify(resolved[key])} for ${JSON.stringify(contexts[index])}: ${ours.problem}`,
          );
          reasons.set(ours.reason, (reasons.get(ours.reason) ?? 0) + 1);
          cases++;
        }
      }
    }
    assert.equal(cases, sets * flagsOfASet * contextsOfAFlag);
    for (const reason of ["STATIC", "TARGETING_MATCH", "SPLIT", "DISABLED", "DEFAULT", "ERROR"])
      assert.ok((reasons.get(reason) ?? 0) > cases / 500, `${reason} is among the answers: ${[...reasons].join("; ")}`);
  }).timeout(240_000);

  async function replace(flags: Record<string, StoredFlag>, shared: Record<string, unknown>): Promise<void> {
    await admin.query("TRUNCATE public.feature_flags, public.feature_flag_segments CASCADE");
    const keys = Object.keys(flags);
    await admin.query("INSERT INTO public.feature_flags (flag_key, name) SELECT k, k FROM unnest($1::text[]) k", [
      keys,
    ]);
    await admin.query(
      `INSERT INTO public.feature_flag_environments (flag_key, environment, enabled, rollout_percentage, user_targeting)
       SELECT k, 'production', (f ->> 'enabled')::boolean, (f ->> 'rollout')::int, f -> 'targeting' FROM unnest($1::text[], $2::jsonb[]) l (k, f)`,
      [keys, Object.values(flags).map((flag) => JSON.stringify(flag))],
    );
    await admin.query(
      "INSERT INTO public.feature_flag_segments (environment, segment_key, definition) SELECT 'production', k, d FROM unnest($1::text[], $2::jsonb[]) l (k, d)",
      [Object.keys(shared), Object.values(shared).map((definition) => JSON.stringify(definition))],
    );
  }
});
