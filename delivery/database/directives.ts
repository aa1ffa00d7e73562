/**
 * How a migration's file wants to be run, as said in its first comment lines:
 *
 * - nothing: in one transaction together with its record.
 * - `-- slipway: transaction none`: statement by statement, each by itself, as CREATE INDEX CONCURRENTLY and VALIDATE
 *   CONSTRAINT on a busy table ask for. After a kill every statement is run again, so each must bear it.
 * - `-- slipway: backfill batch=2000 pause=10ms`: its single statement is one batch, see `runBackfill`.
 *
 * Beside that, `-- slipway: phase 8.3` names the phase of the rollout that the migration belongs to; `status` shows it.
 */
export type Mode =
  | { readonly kind: "transaction" }
  | { readonly kind: "statements" }
  | { readonly kind: "backfill"; readonly batch: number; readonly pauseMilliseconds: number };

export interface Directives {
  readonly mode: Mode;
  readonly phase?: string;
}

const marker = /^--\s*slipway:\s*(.*?)\s*$/;

/** @returns the directives, and what is wrong with them, each as one sentence without the file's name. */
export function parseDirectives(sql: string): {
  readonly directives: Directives;
  readonly problems: readonly string[];
} {
  const problems: string[] = [];
  let mode: Mode | undefined;
  let phase: string | undefined;
  const setMode = (wanted: Mode) => {
    if (mode !== undefined) problems.push("says twice how to be run. Keep one of the directives.");
    mode ??= wanted;
  };

  let inHead = true;
  for (const [index, line] of sql.split(/\r?\n/).entries()) {
    inHead &&= line.startsWith("--") || line.trim() === "";
    const text = marker.exec(line)?.[1];
    if (text === undefined) continue;
    if (!inHead) {
      problems.push(`has a directive in line ${index + 1}, after its first statement. Move it to the top.`);
      continue;
    }
    const backfill = /^backfill batch=([1-9]\d{0,5})(?: pause=(\d{1,6})ms)?$/.exec(text);
    const phaseOf = /^phase (\d+(?:\.\d+)*)$/.exec(text)?.[1];
    if (backfill)
      setMode({ kind: "backfill", batch: Number(backfill[1]), pauseMilliseconds: Number(backfill[2] ?? 0) });
    else if (text === "transaction none") setMode({ kind: "statements" });
    else if (phaseOf !== undefined) phase = phaseOf;
    else
      problems.push(
        `has the unknown directive "${text}" in line ${index + 1}. Known are "transaction none", "backfill batch=<rows> pause=<n>ms" and "phase <number>".`,
      );
  }
  return { directives: { mode: mode ?? { kind: "transaction" }, ...(phase !== undefined && { phase }) }, problems };
}
