import { applicationGroups, groupRoles } from "./bookkeeping.ts";

/** A stack's database in the local server and the two logins that use it. */
export interface LocalDatabase {
  readonly database: string;
  /** Owns the database and runs the migrations; no superuser. */
  readonly owner: string;
  /** What the application logs in as: may connect, and what its group role may. */
  readonly application: string;
}

/** One line for each thing that a local database consists of; the state and the preview show it as such. */
export type LocalDatabaseState = Readonly<Record<string, string>>;

/** How it shall be. `read` describes what is there in the same words, so that drift is a changed line. */
export function wantedState({ database, owner, application }: LocalDatabase): Record<string, string> {
  return {
    [`database ${database}`]: describeAccess(owner, new Map([[application, ["CONNECT"]]]), true),
    [`role ${owner}`]: describeRole({ login: true, powers: [], groups: [], password: "known" }),
    [`role ${application}`]: describeRole({
      login: true,
      powers: [],
      groups: applicationGroups.inherits,
      takes: applicationGroups.takes,
      password: "known",
    }),
    ...Object.fromEntries(
      groupRoles.map((role) => [`role ${role}`, describeRole({ login: false, powers: [], groups: [] })]),
    ),
  };
}

/**
 * @param access who has which privileges on the database, beside its owner.
 * @param schemaClosed whether PUBLIC has no privilege on the schema `public`.
 */
export function describeAccess(
  owner: string,
  access: ReadonlyMap<string, readonly string[]>,
  schemaClosed: boolean,
): string {
  const others = [...access].map(([grantee, privileges]) =>
    privileges.join() === "CONNECT" ? grantee : `${grantee} (${privileges.join(" and ")})`,
  );
  return `owned by ${owner}, open to ${others.join(" and ") || "nobody"}${schemaClosed ? "" : ", schema public open to PUBLIC"}`;
}

export interface RoleFacts {
  readonly login: boolean;
  /** Superuser, createrole and the like: what none of ours shall have. */
  readonly powers: readonly string[];
  readonly groups: readonly string[];
  /** Groups whose rights it has only once it has taken their role. */
  readonly takes?: readonly string[];
  /** Whether the password file holds the password that the server accepts; undefined for a role without login. */
  readonly password?: "known" | "unknown" | undefined;
}

export function describeRole({ login, powers, groups, takes = [], password }: RoleFacts): string {
  return [
    login ? "login" : "group",
    ...powers,
    ...(password === undefined ? [] : [`password ${password}`]),
    ...(groups.length === 0 ? [] : [`in ${[...groups].sort().join(" and ")}`]),
    ...(takes.length === 0 ? [] : [`may act as ${[...takes].sort().join(" and ")}`]),
  ].join(", ");
}

/** Who a database belongs to: written as its comment, so that no stack takes or drops another's. */
export interface Ownership {
  /** `<project>/<stack>` */
  readonly stack: string;
  /** A random id that lives in the stack's state. */
  readonly instance: string;
}

/** What a database's comment says about its owner. */
export type Marker =
  | { readonly kind: "none" }
  | { readonly kind: "owned"; readonly by: Ownership }
  | { readonly kind: "released"; readonly stack: string };

export function ownedMarker({ stack, instance }: Ownership): string {
  return `slipway stack=${stack} instance=${instance}`;
}

/** Left on a database that its stack gave up without dropping it; a new stack of that name may take it again. */
export function releasedMarker(stack: string): string {
  return `slipway stack=${stack} released`;
}

export function parseMarker(comment: string | null): Marker {
  const [, stack, instance] = /^slipway stack=(\S+) (?:instance=(\S+)|released)$/.exec(comment ?? "") ?? [];
  if (stack === undefined) return { kind: "none" };
  return instance === undefined ? { kind: "released", stack } : { kind: "owned", by: { stack, instance } };
}

/**
 * Whether a stack may take an existing database.
 * @param mine the instances that this stack knows itself by (two while it changes).
 * @param empty whether the database holds no object of anyone.
 */
export function mayTake(marker: Marker, stack: string, mine: readonly string[], empty: boolean): boolean {
  if (marker.kind === "owned") return mine.includes(marker.by.instance);
  if (marker.kind === "released") return marker.stack === stack;
  return empty;
}
