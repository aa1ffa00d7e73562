import type pg from "pg";
import { z } from "zod";
import { UserError } from "../../errors.ts";
import type { GateFacts } from "../gate-model.ts";
import type { Actor, Bundle, Deployment, ProcessVersion } from "../model.ts";
import { rollbackTarget } from "../rollback.ts";
import {
  bundleRow,
  debtRow,
  decisionRow,
  deploymentRow,
  evidenceRow,
  holdRow,
  promotionRow,
  standingSchema,
  stopRow,
} from "./rows.ts";

/** What the gate looks at and the release database does not know. */
export interface FactInputs {
  /** The moment that is asked about, ISO 8601. */
  readonly now: string;
  readonly process: ProcessVersion;
  /** The environment that the promotion's comes from; absent for the first. */
  readonly from?: string;
  /** The roles that people hold now (`peopleOf` names the people). Who is not in it holds none. */
  readonly roles: Readonly<Record<Actor, readonly string[]>>;
  readonly startedBy: GateFacts["startedBy"];
  /**
   * For a rollback: the migrations that could not come back on the way from what stands to the target.
   * @default none
   */
  readonly irreversible?: (standing: Bundle | undefined, target: Bundle | undefined) => readonly string[];
}

/** One statement, hence one snapshot, also inside a transaction that has waited for a lock. */
const query = `
  SELECT jsonb_build_object(
    'promotion', to_jsonb(p),
    'bundle', (SELECT to_jsonb(b) FROM release.bundle b WHERE b.digest = p.bundle),
    'standing', (SELECT coalesce(jsonb_object_agg(s.key, s.value), '{}') FROM (
      SELECT DISTINCT ON (m.key) m.key, m.value FROM release.deployment d JOIN release.bundle b ON b.digest = d.bundle, jsonb_each(b.deployables) m
      WHERE d.environment = p.environment AND d.outcome = 'succeeded' ORDER BY m.key, d.id DESC) s),
    'decisions', (SELECT coalesce(jsonb_agg(to_jsonb(d) ORDER BY d.id), '[]') FROM release.decision d WHERE d.promotion = p.id),
    'evidence', (SELECT coalesce(jsonb_agg(to_jsonb(e) ORDER BY e.id), '[]') FROM release.evidence e WHERE e.bundle = p.bundle AND e.environment = p.environment),
    'before', (SELECT coalesce(jsonb_agg(to_jsonb(d) ORDER BY d.id DESC), '[]') FROM release.deployment d WHERE d.bundle = p.bundle AND d.environment = $2),
    'here', CASE WHEN p.rollback IS NULL THEN '[]' ELSE
      (SELECT coalesce(jsonb_agg(to_jsonb(d) ORDER BY d.id DESC), '[]') FROM release.deployment d WHERE d.environment = p.environment) END,
    'running', (SELECT to_jsonb(d) FROM release.deployment d WHERE d.environment = p.environment AND d.ended_at IS NULL),
    'debts', (SELECT coalesce(jsonb_agg(to_jsonb(o) ORDER BY o.id), '[]') FROM release.debt o WHERE o.paid_at IS NULL),
    'stops', (SELECT coalesce(jsonb_agg(to_jsonb(s) ORDER BY s.id), '[]') FROM release.stop s WHERE s.lifted_at IS NULL),
    'holds', (SELECT coalesce(jsonb_agg(to_jsonb(h) ORDER BY h.id), '[]') FROM release.hold h WHERE h.lifted_at IS NULL),
    'bundles', CASE WHEN p.rollback IS NULL THEN '[]' ELSE
      (SELECT coalesce(jsonb_agg(to_jsonb(b)), '[]') FROM release.bundle b
       WHERE b.digest IN (SELECT d.bundle FROM release.deployment d WHERE d.environment = p.environment)) END)
  FROM release.promotion p WHERE p.id::text = $1`;

const snapshot = z.object({
  promotion: promotionRow,
  bundle: bundleRow,
  standing: standingSchema,
  decisions: z.array(decisionRow),
  evidence: z.array(evidenceRow),
  before: z.array(deploymentRow),
  here: z.array(deploymentRow),
  running: deploymentRow.nullable(),
  debts: z.array(debtRow),
  stops: z.array(stopRow),
  holds: z.array(holdRow),
  bundles: z.array(bundleRow),
});

/**
 * All that the gate looks at for a promotion, as of one moment of the database.
 * @throws UserError when there is no such promotion
 */
export async function gatherFacts(client: pg.ClientBase, promotion: number, inputs: FactInputs): Promise<GateFacts> {
  const { rows } = await client.query({
    text: query,
    values: [String(promotion), inputs.from ?? null],
    rowMode: "array",
  });
  const [row] = rows;
  if (row === undefined)
    throw new UserError(`There is no promotion ${promotion}.\n  ./slipway release status shows them.`);
  const { here, bundles, running, ...found } = snapshot.parse(row[0]);
  const people = [found.promotion.requestedBy, ...found.decisions.map(({ actor }) => actor)];
  return {
    now: inputs.now,
    process: inputs.process,
    ...found,
    roles: Object.fromEntries([...new Set(people)].sort().map((actor) => [actor, rolesOf(inputs, actor)])),
    ...(running !== null && { running }),
    startedBy: inputs.startedBy,
    ...(found.promotion.rollback !== undefined && { rollbackTarget: wayBack(here, bundles, inputs) }),
  };
}

function rolesOf({ roles }: FactInputs, actor: Actor): readonly string[] {
  return (Object.hasOwn(roles, actor) ? roles[actor] : undefined) ?? [];
}

function wayBack(
  deployments: readonly Deployment[],
  bundles: readonly Bundle[],
  { irreversible }: FactInputs,
): NonNullable<GateFacts["rollbackTarget"]> {
  const standing = deployments.find(({ outcome }) => outcome === "succeeded")?.bundle;
  const bundle = rollbackTarget(deployments, standing);
  const named = (digest: string | undefined) => bundles.find((one) => one.digest === digest);
  return {
    ...(bundle !== undefined && { bundle }),
    // A deployment that did not come about may have brought its migrations all the same.
    irreversible: irreversible?.(named(deployments[0]?.bundle), named(bundle)) ?? [],
  };
}
