import type pg from "pg";
import { z } from "zod";
import { deploymentKinds } from "../../process/schema-calendar.ts";
import type { Bundle, Debt, Decision, Deployment, Evidence, Hold, Promotion, Stop } from "../model.ts";
import { promotionStates, verdicts } from "../model.ts";

/** Rows of the release database, as `to_jsonb` gives them, become the types of `model.ts` here and nowhere else. */

/** The fields that have a value: what is null in a row is absent in the model. */
type Present<T> = { [K in keyof T as null extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as null extends T[K] ? K : never]?: NonNullable<T[K]>;
};

function present<T extends object>(fields: T): Present<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null)) as Present<T>;
}

export const instant = z.string().transform((text) => new Date(text).toISOString());
const text = z.string();
const someText = text.nullable();
const id = z.int().positive();

const deployable = z
  .object({ commit: text, version: text, image: text.nullable().default(null) })
  .transform((one) => present(one));

export const standingSchema = z.record(text, deployable);

export const bundleRow = z
  .object({
    digest: text,
    title: text,
    version: text,
    deployables: standingSchema,
    features: z.array(text),
    changelog: text,
    migration: someText,
    created_by: text,
    created_at: instant,
  })
  .transform(
    ({ created_by, created_at, ...row }): Bundle => ({ ...present(row), createdBy: created_by, createdAt: created_at }),
  );

const emergency = z.object({
  severity: text,
  incident: text,
  reason: text,
  deployables: z.array(text),
  customersHit: z.boolean(),
});
const rollback = z.object({ how: z.enum(["immediate", "planned", "trigger"]), reason: text });

export const promotionRow = z
  .object({
    id,
    bundle: text,
    environment: text,
    kind: z.enum(deploymentKinds),
    state: z.enum(promotionStates),
    process_version: z.int(),
    process_digest: text,
    changed: z.array(text),
    requested_by: text,
    requested_at: instant,
    emergency: emergency.nullable(),
    rollback: rollback.nullable(),
  })
  .transform(
    ({ process_version: version, process_digest: digest, requested_by, requested_at, ...row }): Promotion => ({
      ...present(row),
      process: { version, digest },
      requestedBy: requested_by,
      requestedAt: requested_at,
    }),
  );

export const decisionRow = z
  .object({
    promotion: id,
    actor: text,
    role: text,
    decision: z.enum(["approve", "reject"]),
    comment: someText,
    bundle: text,
    process_version: z.int(),
    process_digest: text,
    decided_at: instant,
    source: z.enum(["github", "command"]),
  })
  .transform(
    ({ process_version: version, process_digest: digest, decided_at, ...row }): Decision => ({
      ...present(row),
      process: { version, digest },
      decidedAt: decided_at,
    }),
  );

export const evidenceRow = z
  .object({
    bundle: text,
    environment: text,
    validation: text,
    verdict: z.enum(["passed", "failed"]),
    actor: text,
    link: text,
    recorded_at: instant,
  })
  .transform(({ recorded_at, ...row }): Evidence => ({ ...row, recordedAt: recorded_at }));

export const deploymentRow = z
  .object({
    id,
    promotion: id,
    bundle: text,
    environment: text,
    started_by: text,
    started_at: instant,
    ended_at: instant.nullable(),
    outcome: z.enum(["succeeded", "failed"]).nullable(),
    reason: someText,
    rollback: z.boolean(),
    verdict: z.enum(verdicts).nullable(),
    verified_at: instant.nullable(),
  })
  .transform(
    ({ started_by, started_at, ended_at, verified_at, ...row }): Deployment => ({
      ...present({ ...row, endedAt: ended_at, verifiedAt: verified_at }),
      startedBy: started_by,
      startedAt: started_at,
    }),
  );

export const debtRow = z
  .object({
    id,
    promotion: id,
    review: text,
    due_at: instant,
    paid_at: instant.nullable(),
    paid_by: someText,
    link: someText,
  })
  .transform(
    ({ due_at, paid_at, paid_by, ...row }): Debt => ({
      ...present({ ...row, paidAt: paid_at, paidBy: paid_by }),
      dueAt: due_at,
    }),
  );

export const stopRow = z
  .object({ environment: someText, reason: text, actor: text, since: instant })
  .transform((row): Stop => present(row));

export const holdRow = z.object({ environment: text, reason: text, since: instant }).transform((row): Hold => row);

/** Runs a query whose only column is a row as JSON. */
export async function readRows<T>(
  client: pg.ClientBase,
  row: z.ZodType<T>,
  query: string,
  values: readonly unknown[] = [],
): Promise<T[]> {
  const { rows } = await client.query({ text: query, values: [...values], rowMode: "array" });
  return rows.map(([value]) => row.parse(value));
}

/** As `readRows`, for a query that gives one row or none. */
export async function readRow<T>(
  client: pg.ClientBase,
  row: z.ZodType<T>,
  query: string,
  values: readonly unknown[] = [],
): Promise<T | undefined> {
  return (await readRows(client, row, query, values))[0];
}
