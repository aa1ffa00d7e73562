import type pg from "pg";
import { approvingRoles } from "../../process/gate-environments.ts";
import { environmentOf } from "../../process/requirements.ts";
import type { Process } from "../../process/schema.ts";
import { gate } from "../gate.ts";
import type { GateAnswer, GateFacts } from "../gate-model.ts";
import type { Actor, Bundle, ProcessVersion, Promotion } from "../model.ts";
import type { Identity } from "../store/change.ts";
import { peopleOf } from "../store/decisions.ts";
import type { FactInputs } from "../store/facts.ts";

/** Where release commands do their work: the database, the rules, and who acts. */
export interface Desk {
  readonly client: pg.ClientBase;
  readonly process: Process;
  readonly version: ProcessVersion;
  readonly identity: Identity;
  /** The roles that these people hold now, asked of GitHub. Only roles of the list are asked for. */
  readonly rolesOf: (
    roles: readonly string[],
    actors: readonly Actor[],
  ) => Promise<Readonly<Record<Actor, readonly string[]>>>;
  /** Migrations that could not come back on the way from one bundle's schema to another's. */
  readonly irreversible: (standing: Bundle | undefined, target: Bundle | undefined) => readonly string[];
  /** The name by which a repeated command finds what it did, unique for what is done. */
  readonly key: (what: string) => string;
  /** ISO 8601. */
  readonly now: () => string;
  readonly startedBy: GateFacts["startedBy"];
}

/** The roles that may matter for something in an environment: the fewer, the fewer teams GitHub is asked for. */
export function rolesAt({ emergency, environments, rollback, ...process }: Process, environment: string): string[] {
  const { deployables, immediate, planned } = rollback.authority;
  return [
    ...new Set([
      ...approvingRoles({ emergency, environments, rollback, ...process }, environment),
      ...Object.values(emergency.severities).flatMap(({ approvers }) => approvers),
      ...immediate,
      ...planned,
      ...Object.values(deployables).flat(),
    ]),
  ].sort();
}

/** What the gate has to be told beside what the release database knows. */
export async function factInputs(desk: Desk, promotion: Promotion): Promise<FactInputs> {
  const { client, irreversible, now, process, startedBy, version } = desk;
  const { from } = environmentOf(process, promotion.environment);
  const people = await peopleOf(client, promotion.id);
  return {
    now: now(),
    process: version,
    ...(from !== undefined && { from }),
    roles: await desk.rolesOf(rolesAt(process, promotion.environment), people),
    startedBy,
    irreversible,
  };
}

/** The gate under the rules that hold now. */
export function decider({ process }: Desk): (facts: GateFacts) => GateAnswer {
  return (facts) => gate(process, facts);
}
