import { ownValue } from "../flags/flag.ts";
import { requiredValidations } from "../process/requirements.ts";
import type { Process } from "../process/schema.ts";
import { differences } from "./bundle.ts";
import type { GateFacts, Obstacle } from "./gate-model.ts";
import { calendarFor, changedSince, isUnlimited, touched } from "./gate-normal.ts";
import type { GatePath } from "./gate-path.ts";
import { listed } from "./gate-words.ts";

/**
 * The short path: one approver, few validations, no soak and nothing that has to pass the environment before, in exchange for a
 * claim that is complete, a change that is as small as the claim says, and reviews that are owed afterwards.
 */
export function emergencyPath(process: Process, facts: GateFacts): GatePath {
  const { emergency, environment } = facts.promotion;
  const severity = emergency && ownValue(process.emergency.severities, emergency.severity);
  const standard = severity?.standardProcess ?? false;
  const deployables = touched(facts);
  const [first, ...others] = severity?.approvers ?? [];
  const known = deployables.filter((one) => Object.hasOwn(process.deployables, one));
  return {
    seats: first === undefined ? [] : [{ roles: [first, ...others], deployables }],
    alone: severity?.alone ?? false,
    validations: [
      ...new Set([
        ...(severity?.validations ?? []),
        ...(standard ? requiredValidations(process, environment, known) : []),
      ]),
    ],
    ...calendarFor(process, environment, standard ? "critical" : "emergency"),
    anyHour: isUnlimited(process, deployables),
    previous: false,
    debts: false,
    stoppable: true,
    obstacles: [...incomplete(process, facts), ...beyondClaim(facts), ...changedSince(process, facts)],
  };
}

/** What the claim has to say and does not. Without it nobody can review the emergency afterwards. */
function incomplete(process: Process, { promotion }: GateFacts): Obstacle[] {
  const claim = promotion.emergency;
  const severities = Object.keys(process.emergency.severities);
  const gaps: string[] = [];
  if (claim === undefined) gaps.push("what the emergency is");
  else {
    if (!severities.includes(claim.severity))
      gaps.push(`a severity that the process has (${listed(severities, "or")})`);
    if (claim.incident.trim() === "") gaps.push("the incident");
    if (claim.reason.trim() === "") gaps.push("the reason why the normal path is too slow");
    if (claim.deployables.length === 0) gaps.push("the deployables that the fix changes");
  }
  if (gaps.length === 0) return [];
  return [
    {
      kind: "claim",
      what: `The emergency does not say ${listed(gaps)}.`,
      remedy: "Ask for a new promotion that says it.",
    },
  ];
}

/** An emergency is for the smallest change that helps: nothing else slips in with it. */
function beyondClaim({ bundle, promotion, standing }: GateFacts): Obstacle[] {
  const named = promotion.emergency?.deployables ?? [];
  const beyond = differences(bundle, standing).filter((one) => !named.includes(one));
  if (promotion.emergency === undefined || beyond.length === 0) return [];
  return [
    {
      kind: "scope",
      what: `The bundle also changes ${listed(beyond)}, of which the emergency says nothing.`,
      remedy: `Make a bundle that differs from what stands only in ${listed(named)}.`,
      deployables: beyond,
    },
  ];
}
