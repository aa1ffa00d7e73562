import { z } from "zod";
import type { Deployment } from "../release/model.ts";
import type { ObservedChange } from "./facts.ts";

const updateSchema = z.object({
  kind: z.string(),
  startTime: z.iso.datetime(),
  message: z.string().optional(),
  /** How many resources had which fate; absent where the engine ended before it could say. */
  resourceChanges: z.record(z.string(), z.number()).optional(),
});

/** What `pulumi stack history --json` prints, as far as it is read. */
export const stackHistorySchema = z.array(updateSchema);
export type StackUpdate = z.infer<typeof updateSchema>;

/** A stack, the environments that it builds in the order of promotion, and what was done to it. */
export interface StackHistory {
  readonly stack: string;
  readonly environments: readonly string[];
  readonly updates: readonly StackUpdate[];
}

/** What changes nothing outside, and what only moves entries of the state. */
const harmless = new Set(["preview", "refresh", "rename", "import"]);

/** The message of the update by which a deployment is carried out: how its entry in the stack's history is known again. */
export function updateMessage(deployment: number): string {
  return `deployment ${deployment}`;
}

/**
 * The updates of a stack as changes that somebody has to have asked for. One belongs to the deployment that it names, if that one was
 * under way when it began: the name alone anybody could give. What belongs to none may have changed every environment of the stack, and
 * is held against the last one.
 */
export function observedUpdates(
  { environments, stack, updates }: StackHistory,
  deployments: readonly Deployment[],
): ObservedChange[] {
  return updates.flatMap((update): ObservedChange[] => {
    if (harmless.has(update.kind)) return [];
    const deployment = deployments.find((one) => environments.includes(one.environment) && isOf(update, one));
    if (deployment === undefined && changesNothing(update)) return [];
    return [
      {
        system: "pulumi",
        id: `${update.kind} of ${stack} at ${update.startTime}`,
        environment: deployment?.environment ?? environments.at(-1) ?? stack,
        at: update.startTime,
        ...(deployment && { deployment: deployment.id }),
      },
    ];
  });
}

/** The history has whole seconds. */
const second = 1000;

function isOf({ message, startTime }: StackUpdate, { endedAt, id, startedAt }: Deployment): boolean {
  if (message !== updateMessage(id)) return false;
  const at = Date.parse(startTime);
  return at >= Date.parse(startedAt) - second && (endedAt === undefined || at <= Date.parse(endedAt));
}

function changesNothing({ resourceChanges }: StackUpdate): boolean {
  return (
    resourceChanges !== undefined &&
    Object.entries(resourceChanges).every(([what, count]) => count === 0 || what === "same" || what === "read")
  );
}
