import { sqlState } from "./connection.ts";
import { verifyChecks } from "./verify-checks.ts";
import type { Check, Elsewhere, VerifyContext } from "./verify-context.ts";
import { type MigrationMetrics, metricsElsewhere, readMetrics } from "./verify-metrics.ts";
import { type Phase, phases } from "./verify-phases.ts";
import { elsewhere } from "./verify-pre-checks.ts";

/** How a check came out. */
export interface CheckResult {
  readonly id: string;
  readonly list: Check["list"];
  readonly what: string;
  readonly source: string;
  readonly holds: boolean;
  /** What is wrong, at most `shown` of it. */
  readonly problems: readonly string[];
}

/** How a phase stands: over, begun or ready to begin, or waiting for what is named. */
interface PhaseResult extends Pick<Phase, "id" | "title"> {
  readonly state: "over" | "open" | "waits";
  /** Migrations of the phase that are not applied. */
  readonly pending: readonly string[];
  /** Checks that fail: of its exit where it is open, of its entry where it waits. */
  readonly missing: readonly string[];
}

/** What `verify` finds. */
export interface Verification {
  readonly checks: readonly CheckResult[];
  readonly phases: readonly PhaseResult[];
  readonly metrics: MigrationMetrics;
  readonly metricsElsewhere: Readonly<Record<string, string>>;
  readonly elsewhere: readonly Elsewhere[];
}

/** How many problems of one check are named. */
const shown = 5;

/**
 * Runs the checklists and reads the metrics. Changes nothing.
 * @param list one of the checklists only; the phases, which need all, are judged all the same
 */
export async function verify(context: VerifyContext, list?: Check["list"]): Promise<Verification> {
  const all = await runChecks(context, verifyChecks);
  return {
    checks: all.filter((result) => list === undefined || result.list === list),
    phases: judgePhases(context, all),
    metrics: await readMetrics(context.client, context.status),
    metricsElsewhere,
    elsewhere: elsewhere.filter((line) => list === undefined || line.list === list),
  };
}

/** What keeps a phase from beginning; nothing for a phase that is not one of the source's. */
export async function phaseProblems(context: VerifyContext, phase: string): Promise<CheckResult[]> {
  const entry = phases.find(({ id }) => id === phase)?.entry ?? [];
  const results = await runChecks(
    context,
    verifyChecks.filter(({ id }) => entry.includes(id)),
  );
  return results.filter(({ holds }) => !holds);
}

async function runChecks(context: VerifyContext, checks: readonly Check[]): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for (const { find, id, list, source, what } of checks) {
    const { problems, total } = await problemsOf(context, find);
    const more = total > shown ? [`and ${total - shown} more`] : [];
    results.push({ id, list, what, source, holds: total === 0, problems: [...problems.slice(0, shown), ...more] });
  }
  return results;
}

/** 42P01, 3F000, 42703, 42883: no such table, schema, column or function; 42501: not allowed; 57014: took too long. */
const answers = ["42P01", "3F000", "42703", "42883", "42501", "57014", "42704"];

async function problemsOf(
  context: VerifyContext,
  find: Check["find"],
): Promise<{ readonly problems: readonly string[]; readonly total: number }> {
  try {
    if (typeof find !== "string") {
      const problems = await find(context);
      return { problems, total: problems.length };
    }
    // A million users may be wrong in the same way.
    const { rows } = await context.client.query(
      `WITH found AS (${find}) SELECT problem, count(*) OVER () AS total FROM found LIMIT ${shown}`,
    );
    return { problems: rows.map(({ problem }) => String(problem)), total: Number(rows[0]?.total ?? 0) };
  } catch (error) {
    if (!answers.includes(sqlState(error) ?? "")) throw error;
    return { problems: [`it cannot be told: ${(error as Error).message}`], total: 1 };
  }
}

function judgePhases({ migrations, status }: VerifyContext, results: readonly CheckResult[]): PhaseResult[] {
  const failing = (ids: readonly string[]) =>
    ids.filter((id) => results.some((result) => result.id === id && !result.holds));
  return phases.map(({ entry, exit, id, title }) => {
    const pending = migrations
      .filter(({ name, up }) => up.directives.phase === id && status.pending.includes(name))
      .map(({ name }) => name);
    const waitsFor = failing(entry);
    if (waitsFor.length > 0) return { id, title, state: "waits", pending, missing: waitsFor };
    const missing = failing(exit);
    return { id, title, state: pending.length === 0 && missing.length === 0 ? "over" : "open", pending, missing };
  });
}
