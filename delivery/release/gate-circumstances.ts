import { ownValue } from "../flags/flag.ts";
import type { Process } from "../process/schema.ts";
import { overdue } from "./duties.ts";
import type { GateFacts, Obstacle } from "./gate-model.ts";
import type { GatePath } from "./gate-path.ts";
import { environmentTitle } from "./gate-words.ts";

/** What goes on around the promotion: its own state, the environment's, the line's, and what people owe. */
export function judgeCircumstances(process: Process, facts: GateFacts, path: GatePath): Obstacle[] {
  return [
    ...closed(facts),
    ...running(process, facts),
    ...(path.stoppable ? [...stopped(process, facts), ...held(process, facts)] : []),
    ...(path.debts ? owed(process, facts) : []),
  ];
}

const states = {
  deploying: "is being deployed already",
  deployed: "was deployed",
  failed: "failed",
  rejected: "was rejected",
  withdrawn: "was withdrawn",
} as const;

function closed({ promotion }: GateFacts): Obstacle[] {
  if (promotion.state === "open") return [];
  return [
    {
      kind: "closed",
      what: `Promotion ${promotion.id} ${states[promotion.state]}.`,
      remedy: promotion.state === "deploying" ? "Wait for its end." : "Ask for a new promotion.",
    },
  ];
}

function running(process: Process, { running: one, promotion }: GateFacts): Obstacle[] {
  if (one === undefined || one.environment !== promotion.environment) return [];
  return [
    {
      kind: "running",
      what: `Deployment ${one.id} of promotion ${one.promotion} runs in ${environmentTitle(process, one.environment)} since ${one.startedAt}.`,
      remedy: "Wait for its end: an environment takes one deployment at a time.",
    },
  ];
}

function stopped(process: Process, { stops, promotion }: GateFacts): Obstacle[] {
  return stops
    .filter(({ environment }) => environment === undefined || environment === promotion.environment)
    .map(({ actor, environment, reason, since }): Obstacle => {
      const where = environment === undefined ? "" : ` for ${environmentTitle(process, environment)}`;
      return {
        kind: "stopped",
        what: `${actor} stopped the line${where} at ${since}: ${reason}`,
        remedy: "Somebody who may lifts the stop. Only rollbacks go out until then.",
      };
    })
    .sort(byText);
}

function held(process: Process, { holds, promotion, startedBy }: GateFacts): Obstacle[] {
  if (startedBy !== "automatic") return [];
  return holds
    .filter(({ environment }) => environment === promotion.environment)
    .map(({ environment, reason, since }): Obstacle => {
      const place = environmentTitle(process, environment);
      return {
        kind: "held",
        what: `Nothing starts by itself in ${place} since ${since}: ${reason}`,
        remedy: "A person starts the deployment, or lifts the hold.",
      };
    })
    .sort(byText);
}

function owed(process: Process, { debts, now }: GateFacts): Obstacle[] {
  return overdue(debts, now).map(({ dueAt, promotion, review }) => {
    const title = ownValue(process.emergency.reviews, review)?.title ?? review;
    return {
      kind: "debt",
      what: `"${title}" of the emergency of promotion ${promotion} was due at ${dueAt}.`,
      remedy: "Hold the review and record where its result is. Emergencies and rollbacks go out all the same.",
    };
  });
}

function byText(a: Obstacle, b: Obstacle): number {
  return a.what < b.what ? -1 : a.what > b.what ? 1 : 0;
}
