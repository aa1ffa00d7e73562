import { ownValue } from "../flags/flag.ts";
import type { Process } from "../process/schema.ts";
import { judgeApprovals } from "./gate-approvals.ts";
import { judgeCircumstances } from "./gate-circumstances.ts";
import { emergencyPath } from "./gate-emergency.ts";
import type { GateAnswer, GateFacts, Obstacle } from "./gate-model.ts";
import { normalPath } from "./gate-normal.ts";
import type { GatePath } from "./gate-path.ts";
import { rollbackPath } from "./gate-rollback.ts";
import { calendarOpens, judgeCalendar, judgePrevious, lateness } from "./gate-time.ts";
import { judgeValidations } from "./gate-validations.ts";
import { roleTitle } from "./gate-words.ts";
import { later } from "./moments.ts";

/**
 * Decides whether a promotion may go out now. A pure function: it asks no clock, no file and no network, the order in which facts
 * are listed does not matter, and the same facts always get the same answer. All that is missing is told at once.
 *
 * - *normal* and *critical*: all roles of all deployables that change, distinct people; validations; windows and blackouts
 *   where the environment has them; the environment before verified, long enough; no review overdue.
 * - *emergency*: any one of its severity's approvers and its severity's validations; the change no larger than its claim.
 * - *rollback* (whatever its kind): authority, and the last verified bundle. Nothing else holds it up.
 *
 * @throws Error when the facts are of another bundle than the promotion: that is a mistake of the program that gathered them.
 */
export function gate(process: Process, facts: GateFacts): GateAnswer {
  const { bundle, promotion } = facts;
  if (bundle.digest !== promotion.bundle) {
    throw new Error(`The facts are of bundle ${bundle.digest}, promotion ${promotion.id} is of ${promotion.bundle}.`);
  }
  if (ownValue(process.environments, promotion.environment) === undefined) return nowhere(facts);
  const path = pathOf(process, facts);
  const answer = judge(process, facts, path);
  return answer.verdict === "waiting" ? lookAhead(process, facts, path, answer) : answer;
}

/** In which order obstacles are told: first what nobody can end, then what people can, last what time ends. */
const order: readonly Obstacle["kind"][] = [
  "closed",
  "rejected",
  "claim",
  "scope",
  "authority",
  "target",
  "irreversible",
  "process",
  "approval",
  "validation",
  "previous",
  "debt",
  "stopped",
  "held",
  "running",
  "soak",
  "window",
  "blackout",
];

/** After these the promotion is over; all others can end. */
const refusing: ReadonlySet<Obstacle["kind"]> = new Set([
  "closed",
  "rejected",
  "claim",
  "scope",
  "authority",
  "target",
  "irreversible",
]);

function pathOf(process: Process, facts: GateFacts): GatePath {
  const { kind, rollback } = facts.promotion;
  if (rollback !== undefined) return rollbackPath(process, facts, rollback);
  return kind === "emergency" ? emergencyPath(process, facts) : normalPath(process, facts);
}

function judge(process: Process, facts: GateFacts, path: GatePath): GateAnswer {
  const { approvals, obstacles: people } = judgeApprovals(process, facts, path);
  const { validations, obstacles: evidence } = judgeValidations(process, facts, path.validations);
  const calendar = judgeCalendar(process, facts, path);
  const obstacles = [
    ...path.obstacles,
    ...judgeCircumstances(process, facts, path),
    ...people,
    ...evidence,
    ...judgePrevious(process, facts, path),
    ...calendar.obstacles,
  ].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
  const remarks = lateness(process, facts, path);
  return {
    verdict: verdictOf(obstacles),
    obstacles,
    approvals,
    validations,
    ...(remarks.length === 0 ? {} : { remarks }),
    ...(calendar.closesAt === undefined ? {} : { closesAt: calendar.closesAt }),
  };
}

function verdictOf(obstacles: readonly Obstacle[]): GateAnswer["verdict"] {
  if (obstacles.length === 0) return "open";
  return obstacles.some(({ kind }) => refusing.has(kind)) ? "refused" : "waiting";
}

/**
 * Adds when it opens: the first moment at which all that time ends is over, for a bundle that has stood long enough may find the
 * window closed again. When nothing else is missing, the gate is asked for that moment too, since an approval may have expired by
 * then: that is told now, while people can do something about it.
 */
function lookAhead(process: Process, facts: GateFacts, path: GatePath, answer: GateAnswer): GateAnswer {
  const ends = answer.obstacles.flatMap(({ until }) => (until === undefined ? [] : [until]));
  const opensAt = ends.length === 0 ? undefined : calendarOpens(process, path, ends.reduce(later));
  if (opensAt === undefined) return answer;
  if (ends.length < answer.obstacles.length) {
    const closed = answer.obstacles.some(({ kind }) => kind === "window" || kind === "blackout");
    return closed ? { ...answer, opensAt } : answer;
  }
  const then = judge(process, { ...facts, now: opensAt }, path);
  if (then.verdict === "open") return { ...answer, opensAt };
  const expired = then.approvals.filter(({ actor }) => actor === undefined);
  if (expired.length === 0) return answer;
  return {
    ...answer,
    opensAt,
    obstacles: [...expired.map((one) => expiresBefore(process, one, opensAt)), ...answer.obstacles],
  };
}

function expiresBefore(
  process: Process,
  { role, deployables }: GateAnswer["approvals"][number],
  opensAt: string,
): Obstacle {
  return {
    kind: "approval",
    what: `The approval of ${roleTitle(process, role)} will have expired when it opens, at ${opensAt}.`,
    remedy: "Approve again nearer to that.",
    role,
    deployables,
  };
}

/** The process has no such environment: nothing could be judged by it. */
function nowhere({ promotion }: GateFacts): GateAnswer {
  return {
    verdict: "refused",
    obstacles: [
      {
        kind: "closed",
        what: `The process has no environment "${promotion.environment}" any more.`,
        remedy: "Withdraw the promotion, or give delivery/process.yaml the environment.",
      },
    ],
    approvals: [],
    validations: [],
  };
}
