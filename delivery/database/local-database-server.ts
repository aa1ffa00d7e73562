import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { UserError } from "../errors.ts";
import { applicationGroups, groupRoles } from "./bookkeeping.ts";
import { asAdministrator, sqlState, withConnection } from "./connection.ts";
import {
  describeAccess,
  type LocalDatabase,
  type LocalDatabaseState,
  type Marker,
  mayTake,
  type Ownership,
  ownedMarker,
  parseMarker,
  releasedMarker,
} from "./local-database.ts";
import {
  assertOurRole,
  dropRole,
  ensureGroupRole,
  ensureLoginRole,
  ensurePassword,
  inspectRole,
  removeLoginRole,
} from "./local-roles.ts";

const quote = pg.escapeIdentifier;
const literal = pg.escapeLiteral;

/**
 * Makes the database, its roles and their passwords as they shall be, whatever of it is there already.
 *
 * @param mine earlier instance ids by which this stack may know the database, beside the present one.
 * @throws UserError when the database or a login role is someone else's; nothing is changed then.
 */
export async function ensureLocalDatabase(
  wanted: LocalDatabase,
  ownership: Ownership,
  mine: readonly string[] = [],
): Promise<void> {
  await asAdmin("set up", async (admin) => {
    const found = await findDatabase(admin, wanted.database);
    if (found !== undefined)
      await assertMayTake(wanted.database, found.marker, ownership, [ownership.instance, ...mine]);
    for (const role of [wanted.owner, wanted.application]) await assertOurRole(admin, role);

    for (const role of groupRoles) await ensureGroupRole(admin, role);
    await ensureLoginRole(admin, wanted.owner, []);
    await ensureLoginRole(admin, wanted.application, applicationGroups.inherits, applicationGroups.takes);

    if (found === undefined) {
      await admin.query(
        `CREATE DATABASE ${quote(wanted.database)} OWNER ${quote(wanted.owner)} TEMPLATE template0 ENCODING 'UTF8'`,
      );
    }
    const database = quote(wanted.database);
    await admin.query(`COMMENT ON DATABASE ${database} IS ${literal(ownedMarker(ownership))}`);
    await admin.query(`ALTER DATABASE ${database} WITH ALLOW_CONNECTIONS true`);
    await admin.query(`ALTER DATABASE ${database} OWNER TO ${quote(wanted.owner)}`);
    for (const grantee of (await accessTo(admin, wanted.database)).keys()) {
      await admin.query(`REVOKE ALL ON DATABASE ${database} FROM ${grantee === "PUBLIC" ? grantee : quote(grantee)}`);
    }
    await admin.query(`GRANT CONNECT ON DATABASE ${database} TO ${quote(wanted.application)}`);
    await withConnection(asAdministrator(wanted.database), session("set up"), (client) =>
      client.query("REVOKE ALL ON SCHEMA public FROM PUBLIC"),
    );
    for (const role of [wanted.owner, wanted.application]) await ensurePassword(admin, wanted.database, role);
  });
}

/** The server's system identifier and the database's OID: no other database ever has the two. */
export async function incarnationOf(database: string): Promise<string> {
  return withConnection(asAdministrator("postgres"), session("inspect"), async (client) => {
    const {
      rows: [row],
    } = await client.query(
      `SELECT system_identifier || '/' || (SELECT oid FROM pg_database WHERE datname = $1) AS incarnation FROM pg_control_system()`,
      [database],
    );
    return row.incarnation;
  });
}

/** Describes what is there in the words of `wantedState`; undefined when the database does not exist. */
export async function inspectLocalDatabase(
  wanted: LocalDatabase,
  ownership: Ownership,
): Promise<LocalDatabaseState | undefined> {
  return asAdmin("inspect", async (admin) => {
    const found = await findDatabase(admin, wanted.database);
    if (found === undefined) return undefined;
    const state: Record<string, string> = {
      [`database ${wanted.database}`]: await describeDatabase(admin, wanted, ownership, found),
    };
    for (const role of [wanted.owner, wanted.application, ...groupRoles])
      state[`role ${role}`] = await inspectRole(admin, role, wanted.database);
    return state;
  });
}

/**
 * Drops the database and those of its roles that nothing else needs, or only lets go of it. A database that is not this
 * stack's (any more) is left alone.
 *
 * @param retain keep the database, its roles and passwords; a stack of the same name may take it later.
 */
export async function removeLocalDatabase(wanted: LocalDatabase, ownership: Ownership, retain: boolean): Promise<void> {
  await asAdmin("remove", async (admin) => {
    const found = await findDatabase(admin, wanted.database);
    if (found !== undefined) {
      if (found.marker.kind !== "owned" || found.marker.by.instance !== ownership.instance) return;
      if (retain) {
        await admin.query(
          `COMMENT ON DATABASE ${quote(wanted.database)} IS ${literal(releasedMarker(ownership.stack))}`,
        );
        return;
      }
      await dropDatabase(admin, wanted.database);
    }
    for (const role of [wanted.owner, wanted.application]) await removeLoginRole(admin, role);
    for (const role of groupRoles) await dropRole(admin, role);
  });
}

async function describeDatabase(
  admin: pg.Client,
  { database }: LocalDatabase,
  ownership: Ownership,
  found: FoundDatabase,
): Promise<string> {
  if (!mayTake(found.marker, ownership.stack, [ownership.instance], false))
    return `belongs to ${describeMarker(found.marker)}`;
  if (!found.open) return "closed, half way removed";
  return describeAccess(found.owner, await accessTo(admin, database), await publicSchemaIsClosed(database));
}

interface FoundDatabase {
  readonly owner: string;
  readonly marker: Marker;
  /** False on the way to being dropped: nobody may connect any more. */
  readonly open: boolean;
}

async function findDatabase(admin: pg.Client, database: string): Promise<FoundDatabase | undefined> {
  const {
    rows: [row],
  } = await admin.query(
    `SELECT pg_get_userbyid(datdba) AS owner, shobj_description(oid, 'pg_database') AS comment, datallowconn AS open FROM pg_database WHERE datname = $1`,
    [database],
  );
  return row && { owner: row.owner, marker: parseMarker(row.comment), open: row.open };
}

async function assertMayTake(
  database: string,
  marker: Marker,
  { stack }: Ownership,
  mine: readonly string[],
): Promise<void> {
  const empty = marker.kind === "none" && (await isEmpty(database));
  if (mayTake(marker, stack, mine, empty)) return;
  const whose = marker.kind === "none" ? "is no stack's, but holds objects" : `belongs to ${describeMarker(marker)}`;
  throw new UserError(
    `The database "${database}" ${whose}; it was not touched.\n` +
      `  Choose another name (slipway:database.name in Pulumi.${stack.split("/").at(-1)}.yaml), or drop it.\n` +
      `  If it is to become this stack's, run as administrator: COMMENT ON DATABASE ${database} IS '${releasedMarker(stack)}';`,
  );
}

function describeMarker(marker: Marker): string {
  if (marker.kind === "owned") return `another stack (${marker.by.stack}, instance ${marker.by.instance})`;
  return marker.kind === "released" ? `nobody (${marker.stack} gave it up)` : "nobody";
}

/** No relation, function, type or schema that an initdb does not make. */
async function isEmpty(database: string): Promise<boolean> {
  return withConnection(asAdministrator(database), session("inspect"), async (client) => {
    const {
      rows: [row],
    } = await client.query(
      `WITH own AS (SELECT oid, nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema')
       SELECT NOT EXISTS (SELECT FROM own WHERE nspname <> 'public')
         AND NOT EXISTS (SELECT FROM pg_class WHERE relnamespace IN (SELECT oid FROM own))
         AND NOT EXISTS (SELECT FROM pg_proc WHERE pronamespace IN (SELECT oid FROM own))
         AND NOT EXISTS (SELECT FROM pg_type WHERE typnamespace IN (SELECT oid FROM own)) AS empty`,
    );
    return row.empty;
  });
}

/** Who has which privileges on a database, beside its owner. */
async function accessTo(admin: pg.Client, database: string): Promise<Map<string, string[]>> {
  const { rows } = await admin.query(
    `SELECT CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE pg_get_userbyid(a.grantee) END AS grantee,
       array_agg(a.privilege_type::text ORDER BY a.privilege_type::text) AS privileges
     FROM pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
     WHERE d.datname = $1 AND a.grantee <> d.datdba GROUP BY a.grantee ORDER BY 1`,
    [database],
  );
  return new Map(rows.map(({ grantee, privileges }) => [grantee, privileges]));
}

async function publicSchemaIsClosed(database: string): Promise<boolean> {
  return withConnection(asAdministrator(database), session("inspect"), async (client) => {
    const {
      rows: [row],
    } = await client.query(
      `SELECT NOT EXISTS (SELECT FROM pg_namespace n, aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a
       WHERE n.nspname = 'public' AND a.grantee = 0) AS closed`,
    );
    return row.closed;
  });
}

/** Ends the sessions that are left and drops; sessions that will not end within `seconds` are named. */
async function dropDatabase(admin: pg.Client, database: string, seconds = 15): Promise<void> {
  const end = Date.now() + seconds * 1000;
  await admin.query(`ALTER DATABASE ${quote(database)} WITH ALLOW_CONNECTIONS false`);
  for (;;) {
    try {
      await admin.query(`DROP DATABASE IF EXISTS ${quote(database)} WITH (FORCE)`);
      return;
    } catch (error) {
      if (Date.now() < end && sqlState(error) === "55006") {
        await sleep(200);
        continue;
      }
      await admin.query(`ALTER DATABASE ${quote(database)} WITH ALLOW_CONNECTIONS true`);
      throw new UserError(
        `The database "${database}" cannot be dropped: ${(error as Error).message}.\n  End what uses it and try again.`,
        { cause: error },
      );
    }
  }
}

/** One set-up at a time on a server: the lock is held in the database `postgres` and ends with the session. */
async function asAdmin<T>(work: string, run: (admin: pg.Client) => Promise<T>): Promise<T> {
  return withConnection(asAdministrator("postgres"), session(work), async (admin) => {
    await admin.query("SET lock_timeout = '60s'");
    await admin.query("SELECT pg_advisory_lock(hashtext('slipway local databases'))");
    return run(admin);
  });
}

function session(work: string) {
  return { applicationName: `slipway local database, ${work}` };
}
