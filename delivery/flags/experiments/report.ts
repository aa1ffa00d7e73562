import type pg from "pg";
import type { Flag } from "../flag.ts";
import { parseTargeting } from "../targeting.ts";
import { type Arm, type Comparison, compare, hasEnough, percent, sampleRatioP } from "./statistics.ts";

export interface ReportRequest {
  readonly environment: string;
  readonly key: string;
  readonly flag: Flag;
  readonly metric: string;
  /** `rate`: the share of units with an event. `sum`: of each unit the sum of its events' values. */
  readonly measure: "rate" | "sum";
  /** The variant that the others are compared with. @default the first with weight */
  readonly control?: string | undefined;
  /** The chance of a wrong verdict among all comparisons. @default 0.05 */
  readonly alpha?: number | undefined;
}

/** An A/B test so far. */
export interface Report {
  readonly flag: string;
  readonly environment: string;
  readonly metric: string;
  readonly measure: "rate" | "sum";
  readonly control: string;
  readonly arms: readonly Arm[];
  readonly comparisons: readonly Comparison[];
  readonly warnings: readonly string[];
  /** Only units that were exposed since then: before, the variants were others. */
  readonly since: string | null;
}

/** Units that changed the variant count for none; what they did before they were exposed does not count. */
const armsQuery = `
  WITH since AS (
    SELECT max(occurred_at) AS at FROM public.feature_flag_history WHERE flag_key = $2 AND environment = $1
      AND table_name = 'feature_flag_environments' AND before -> 'user_targeting' -> 'variants' IS DISTINCT FROM after -> 'user_targeting' -> 'variants'),
  lines AS (
    SELECT x.unit_kind, x.unit_id, x.variant, x.first_exposed_at AS exposed_at, NULL::float8 AS value, NULL::timestamptz AS occurred_at
      FROM public.feature_flag_exposures x WHERE x.environment = $1 AND x.flag_key = $2
    UNION ALL SELECT k.unit_kind, k.unit_id, NULL, NULL, v.value, v.occurred_at
      FROM public.feature_flag_events v, LATERAL (VALUES ('user', v.user_id), ('organization', v.organization_id)) k (unit_kind, unit_id)
      WHERE v.environment = $1 AND v.metric = $3 AND k.unit_id IS NOT NULL),
  placed AS (SELECT l.*, min(l.exposed_at) OVER (PARTITION BY l.unit_kind, l.unit_id) AS begins FROM lines l),
  measured AS (
    SELECT min(p.variant) AS variant, count(p.variant) > 1 AS mixed,
        CASE WHEN $4 = 'rate' THEN least(count(*) FILTER (WHERE p.occurred_at >= p.begins), 1)::float8
          ELSE coalesce(sum(p.value) FILTER (WHERE p.occurred_at >= p.begins), 0) END AS y
      FROM since, placed p WHERE p.begins >= coalesce(since.at, '-infinity') GROUP BY p.unit_kind, p.unit_id)
  SELECT m.variant, (count(*) FILTER (WHERE NOT m.mixed))::int AS units, (count(*) FILTER (WHERE m.mixed))::int AS mixed,
    coalesce(sum(m.y) FILTER (WHERE NOT m.mixed), 0) AS sum, coalesce(sum(m.y * m.y) FILTER (WHERE NOT m.mixed), 0) AS "sumOfSquares",
    to_char((SELECT at FROM since) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS since
    FROM measured m GROUP BY m.variant ORDER BY 1`;

export async function readReport(client: pg.ClientBase, request: ReportRequest): Promise<Report> {
  const { environment, flag, key, metric, measure } = request;
  const { rows } = await client.query<Arm & { mixed: number; since: string | null }>(armsQuery, [
    environment,
    key,
    metric,
    measure,
  ]);
  const variants = (parseTargeting(flag.targeting).targeting?.variants ?? []).filter(({ weight }) => weight > 0);
  const arms = variants.map(
    ({ name }): Arm =>
      rows.find(({ variant }) => variant === name) ?? { variant: name, units: 0, sum: 0, sumOfSquares: 0 },
  );
  const control = request.control ?? variants[0]?.name ?? "";
  const mixed = rows.reduce((total, row) => total + row.mixed, 0);
  const judged = judge(
    arms,
    variants.map(({ weight }) => weight),
    control,
    measure,
    request.alpha ?? 0.05,
  );
  return {
    flag: key,
    environment,
    metric,
    measure,
    control,
    arms: arms.map(({ variant, units, sum, sumOfSquares }) => ({ variant, units, sum, sumOfSquares })),
    comparisons: judged.comparisons,
    warnings: [...judged.warnings, ...(mixed > 0 ? [`${mixed} units saw more than one variant and are left out`] : [])],
    since: rows[0]?.since ?? null,
  };
}

/** What the arms say, and what keeps them from saying more. */
export function judge(
  arms: readonly Arm[],
  weights: readonly number[],
  controlName: string,
  measure: "rate" | "sum",
  alpha: number,
): { comparisons: Comparison[]; warnings: string[] } {
  const control = arms.find(({ variant }) => variant === controlName);
  if (control === undefined || arms.length < 2)
    return {
      comparisons: [],
      warnings: [`there is nothing to compare: the flag has no variant "${controlName}" beside another`],
    };
  const warnings: string[] = [];
  const ratio = sampleRatioP(
    arms.map(({ units }) => units),
    weights,
  );
  if (ratio !== undefined && ratio < 0.001)
    warnings.push(
      `sample ratio mismatch: the units are not split as the weights say (p ${ratio < 1e-6 ? "below 0.000001" : ratio.toFixed(6)}); find out why before you believe anything here`,
    );
  const comparisons: Comparison[] = [];
  for (const arm of arms.filter((one) => one !== control)) {
    const enough = [control, arm].every((one) => hasEnough(one, measure === "rate"));
    const comparison = enough ? compare(control, arm, alpha / (arms.length - 1)) : undefined;
    if (comparison !== undefined) comparisons.push(comparison);
    else warnings.push(`${arm.variant}: not enough data to compare it with ${control.variant}`);
  }
  return { comparisons, warnings };
}

/** A report as a person reads it. */
export function formatReport({ arms, comparisons, control, flag, measure, metric, since, warnings }: Report): string {
  const lines = [
    `${flag}, ${metric}${since === null ? "" : `, units exposed since ${since} (the variants were others before)`}`,
  ];
  for (const { sum, units, variant } of arms) {
    const what = measure === "rate" ? `${sum} of ${units} units` : `${units} units, ${sum} in all`;
    lines.push(`  ${variant}${variant === control ? " (control)" : ""}: ${what}`);
  }
  for (const { alwaysValid, fixed, lift, p, variant } of comparisons) {
    const half = (alwaysValid.high - alwaysValid.low) / 2;
    const decided = alwaysValid.low > 0 || alwaysValid.high < 0;
    const range = ({ low, high }: typeof fixed) => `${percent(low, half)} to ${percent(high, half)}`;
    lines.push(
      `  ${variant} against ${control}: ${percent(lift, half)}, ${decided ? (lift > 0 ? "higher" : "lower") : "undecided"}`,
      `    valid whenever you stop: ${range(alwaysValid)} (p ${p < 0.001 ? "below 0.001" : p.toFixed(3)})`,
      `    if this size was fixed beforehand: ${range(fixed)}`,
    );
  }
  for (const warning of warnings) lines.push(`  warning: ${warning}`);
  return lines.join("\n");
}
