import type { Process } from "../../../../delivery/process/schema.ts";
import type { GateAnswer, GateFacts, Obstacle } from "../../../../delivery/release/gate-model.ts";
import type { EmergencyClaim, Promotion, RollbackClaim } from "../../../../delivery/release/model.ts";
import { decision, deployable, deployment, open, promotion } from "../fixture.ts";

/** One thing that is so, and what the gate has to say. */
export interface Situation {
  readonly facts: GateFacts;
  readonly process?: Process;
  /** The kinds of all obstacles, in order; none when it is open. */
  readonly says: readonly Obstacle["kind"][];
  readonly verdict?: GateAnswer["verdict"];
  readonly opensAt?: string;
  /** What the first obstacle's sentence has to tell. */
  readonly tells?: RegExp;
}

export const but = (more: Partial<GateFacts>): GateFacts => ({ ...open, ...more });
export const asked = (more: Partial<Promotion>, rest: Partial<GateFacts> = {}): GateFacts =>
  but({ promotion: { ...promotion, ...more }, ...rest });
export const [rita, carl] = [decision("github:rita", "release-manager"), decision("github:carl", "cto")];
export const changing = (...changed: string[]): Partial<GateFacts> => {
  const deployables = {
    frontend: deployable(changed.includes("frontend") ? "b" : "a"),
    backend: deployable(changed.includes("backend") ? "b" : "a"),
    database: deployable(changed.includes("database") ? "b" : "a", false),
    infrastructure: deployable(changed.includes("infrastructure") ? "b" : "a", false),
  };
  return { bundle: { ...open.bundle, deployables }, promotion: { ...promotion, changed } };
};

/** A moment, with the approvals given and the bundle verified the day before. */
export const at = (moment: string, more: Partial<GateFacts> = {}): GateFacts => {
  const yesterday = new Date(Date.parse(moment) - 86_400_000).toISOString();
  const given = (more.decisions ?? open.decisions).map((one) => ({ ...one, decidedAt: yesterday }));
  return but({ before: [deployment({ verifiedAt: yesterday })], ...more, now: moment, decisions: given });
};
export const friday = "2026-12-04T16:00:00.000Z";
export const sunday = "2026-12-06T16:00:00.000Z";
export const christmas = "2026-12-25T16:00:00.000Z";
export const night = "2026-12-02T04:00:00.000Z";
export const moving = "2026-12-09T16:00:00.000Z";

export const claim: EmergencyClaim = {
  severity: "critical",
  incident: "INC-1",
  reason: "customers cannot log in",
  deployables: ["backend"],
  customersHit: true,
};
/** An emergency at night, with nothing that the normal path wants. */
export const emergency = (
  more: Partial<EmergencyClaim> = {},
  facts: Partial<GateFacts> = {},
  requestedBy = "github:olga",
): GateFacts =>
  but({
    now: night,
    decisions: [],
    evidence: [],
    before: [],
    ...facts,
    promotion: {
      ...promotion,
      kind: "emergency",
      requestedBy,
      requestedAt: "2026-12-02T03:55:00.000Z",
      emergency: { ...claim, ...more },
      ...facts.promotion,
    },
  });
export const recently = (actor: string, role: string) =>
  decision(actor, role, { decidedAt: "2026-12-02T03:58:00.000Z" });

export const back = (
  how: RollbackClaim["how"],
  facts: Partial<GateFacts> = {},
  requestedBy = "github:olga",
  changed = ["backend"],
): GateFacts =>
  but({
    ...changing(...changed),
    now: christmas,
    decisions: [],
    evidence: [],
    before: [],
    rollbackTarget: { bundle: open.bundle.digest, irreversible: [] },
    ...facts,
    promotion: { ...promotion, requestedBy, changed, rollback: { how, reason: "it fails" }, ...facts.promotion },
  });
export const christmasMorning = (actor: string, role: string) =>
  decision(actor, role, { decidedAt: "2026-12-25T15:00:00.000Z" });

export const stop = { reason: "incident", actor: "github:carl", since: "2026-12-01T15:00:00.000Z" };
export const hold = { environment: "production", reason: "rollback", since: "2026-12-01T15:00:00.000Z" };
