import { ownValue } from "../flags/flag.ts";
import type { Process } from "../process/schema.ts";
import type { GateAnswer, GateFacts, Obstacle } from "./gate-model.ts";
import { environmentTitle } from "./gate-words.ts";
import type { Evidence } from "./model.ts";

interface Judged {
  readonly obstacles: readonly Obstacle[];
  readonly validations: GateAnswer["validations"];
}

/**
 * What has to be shown, and what shows it. The newest evidence for the bundle in the environment counts, so that a repeated run
 * mends a failed one; of two at the same moment, the failed one.
 */
export function judgeValidations(process: Process, facts: GateFacts, needed: readonly string[]): Judged {
  const validations = needed.map((validation) => {
    const evidence = newest(facts, validation);
    return { validation, ...(evidence === undefined ? {} : { evidence }) };
  });
  return {
    validations,
    obstacles: validations.flatMap(({ validation, evidence }) => obstacle(process, facts, validation, evidence)),
  };
}

function newest({ promotion, evidence }: GateFacts, validation: string): Evidence | undefined {
  return evidence
    .filter(
      (one) =>
        one.validation === validation && one.bundle === promotion.bundle && one.environment === promotion.environment,
    )
    .reduce<Evidence | undefined>((best, one) => (best === undefined || outranks(one, best) ? one : best), undefined);
}

function outranks(one: Evidence, best: Evidence): boolean {
  const difference = Date.parse(one.recordedAt) - Date.parse(best.recordedAt);
  if (difference !== 0) return difference > 0;
  if (one.verdict !== best.verdict) return one.verdict === "failed";
  return `${one.actor} ${one.link}` > `${best.actor} ${best.link}`;
}

function obstacle(process: Process, facts: GateFacts, validation: string, evidence: Evidence | undefined): Obstacle[] {
  if (evidence?.verdict === "passed") return [];
  const known = ownValue(process.validations, validation);
  const title = `"${known?.title ?? validation}"`;
  const place = environmentTitle(process, facts.promotion.environment);
  const show = known?.by === "person" ? "Somebody records" : "The workflow that shows it records";
  return [
    evidence === undefined
      ? {
          kind: "validation",
          what: `Nobody has shown ${title} for this bundle in ${place}.`,
          remedy: `${show} evidence for ${validation}.`,
        }
      : {
          kind: "validation",
          what: `${title} failed for this bundle in ${place}, at ${evidence.recordedAt}: ${evidence.link}`,
          remedy: `Mend what failed; newer evidence for ${validation} takes its place. A changed bundle needs a new promotion.`,
        },
  ];
}
