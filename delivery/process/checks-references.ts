import { type ProcessProblem, undeclared } from "./problem.ts";
import type { Process } from "./schema.ts";

type Keys = readonly PropertyKey[];

/** Every name that a section does not declare, wherever it is used. */
export function referenceProblems(process: Process): ProcessProblem[] {
  const { environments, calendar, emergency, rollback } = process;
  const names = checker(process);
  return [
    ...Object.entries(environments).flatMap(([key, environment]) => {
      const at = ["environments", key];
      return [
        ...(environment.from === undefined ? [] : names.environments([...at, "from"], environment.from)),
        ...byDeployable(names, [...at, "approvals"], environment.approvals, names.roles),
        ...each([...at, "validations"], environment.validations, names.validations),
        ...byDeployable(names, [...at, "deployableValidations"], environment.deployableValidations, names.validations),
      ];
    }),
    ...each(["calendar", "unlimited"], calendar.unlimited, names.deployables),
    ...Object.entries(emergency.severities).flatMap(([key, severity]) => {
      const at = ["emergency", "severities", key];
      return [
        ...each([...at, "approvers"], severity.approvers, names.roles),
        ...each([...at, "validations"], severity.validations, names.validations),
        ...each([...at, "reviews"], severity.reviews, names.reviews),
      ];
    }),
    ...emergency.contacts.flatMap(({ role }, index) => names.roles(["emergency", "contacts", index, "role"], role)),
    ...each(["emergency", "leadership", "roles"], emergency.leadership.roles, names.roles),
    ...each(["rollback", "authority", "immediate"], rollback.authority.immediate, names.roles),
    ...each(["rollback", "authority", "planned"], rollback.authority.planned, names.roles),
    ...byDeployable(names, ["rollback", "authority", "deployables"], rollback.authority.deployables, names.roles),
  ];
}

type Check = (keys: Keys, name: string) => ProcessProblem[];

function checker(process: Process) {
  const against =
    (kind: string, section: string, declared: Readonly<Record<string, unknown>>): Check =>
    (keys, name) =>
      Object.hasOwn(declared, name) ? [] : [undeclared(keys, kind, name, section, Object.keys(declared))];
  return {
    roles: against("role", "roles", process.roles),
    deployables: against("deployable", "deployables", process.deployables),
    validations: against("validation", "validations", process.validations),
    environments: against("environment", "environments", process.environments),
    reviews: against("review", "emergency.reviews", process.emergency.reviews),
  };
}

function each(at: Keys, list: readonly string[], check: Check): ProcessProblem[] {
  return list.flatMap((name, index) => check([...at, index], name));
}

function byDeployable(
  { deployables }: { readonly deployables: Check },
  at: Keys,
  record: Readonly<Record<string, readonly string[]>>,
  check: Check,
): ProcessProblem[] {
  return Object.entries(record).flatMap(([deployable, list]) => [
    ...deployables([...at, deployable], deployable),
    ...each([...at, deployable], list, check),
  ]);
}
