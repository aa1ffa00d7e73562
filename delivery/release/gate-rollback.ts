import { ownValue } from "../flags/flag.ts";
import type { Process } from "../process/schema.ts";
import type { GateFacts, Obstacle } from "./gate-model.ts";
import { touched } from "./gate-normal.ts";
import type { GatePath, Seat } from "./gate-path.ts";
import { environmentTitle, listed, roleTitle } from "./gate-words.ts";
import type { RollbackClaim } from "./model.ts";

/**
 * The way back. Nothing closes it but what would make it wrong: no authority, a bundle that is not the last verified one, a
 * migration that cannot come back, another deployment that runs.
 */
export function rollbackPath(process: Process, facts: GateFacts, claim: RollbackClaim): GatePath {
  return {
    seats: seats(process, facts, claim),
    alone: false,
    validations: [],
    anyHour: true,
    previous: false,
    debts: false,
    stoppable: false,
    obstacles: [...unauthorized(process, facts, claim), ...wrongTarget(process, facts), ...irreversible(facts)],
  };
}

/** Approvals of a planned rollback, and those that some deployables need however it goes. */
function seats(process: Process, facts: GateFacts, { how }: RollbackClaim): Seat[] {
  const { deployables, planned } = process.rollback.authority;
  const all = touched(facts);
  const wanted = new Map<string, string[]>((how === "planned" ? planned : []).map((role) => [role, [...all]]));
  for (const deployable of all) {
    for (const role of ownValue(deployables, deployable) ?? []) {
      const asking = wanted.get(role) ?? [];
      if (!asking.includes(deployable)) wanted.set(role, [...asking, deployable]);
    }
  }
  return [...wanted]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([role, asking]) => ({ roles: [role], deployables: asking.sort() }));
}

function unauthorized(process: Process, { promotion, roles }: GateFacts, { how }: RollbackClaim): Obstacle[] {
  const { requestedBy } = promotion;
  const { immediate } = process.rollback.authority;
  const titles = listed(
    immediate.map((role) => roleTitle(process, role)),
    "or",
  );
  const remedy = `Let the ${titles} ask for it, or ask for a planned rollback.`;
  if (how === "immediate" && !(ownValue(roles, requestedBy) ?? []).some((role) => immediate.includes(role))) {
    return [{ kind: "authority", what: `${requestedBy} is not ${titles}, who may go back at once.`, remedy }];
  }
  // A person who calls himself a trigger would need nobody's word.
  if (how === "trigger" && !requestedBy.startsWith("system:")) {
    return [{ kind: "authority", what: `${requestedBy} is no trigger: only the system goes back by itself.`, remedy }];
  }
  return [];
}

function wrongTarget(process: Process, { promotion, rollbackTarget }: GateFacts): Obstacle[] {
  const place = environmentTitle(process, promotion.environment);
  if (rollbackTarget?.bundle === undefined) {
    return [
      {
        kind: "target",
        what: `There is no way back in ${place}: no bundle but the one that stands there was ever verified. A first deployment has none.`,
        remedy: "Go forward with a fix, as an emergency if need be.",
      },
    ];
  }
  if (rollbackTarget.bundle === promotion.bundle) return [];
  return [
    {
      kind: "target",
      what: `${promotion.bundle} is not the bundle that was last verified in ${place}.`,
      remedy: `Go back to ${rollbackTarget.bundle}.`,
    },
  ];
}

function irreversible({ rollbackTarget }: GateFacts): Obstacle[] {
  const migrations = rollbackTarget?.irreversible ?? [];
  if (migrations.length === 0) return [];
  return [
    {
      kind: "irreversible",
      what: `The database cannot go back over ${listed([...migrations].sort())}. Nothing has been moved.`,
      remedy: "Go forward with a fix, or restore the database from a backup and say what is lost.",
    },
  ];
}
