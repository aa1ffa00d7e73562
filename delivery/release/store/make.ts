import path from "node:path";
import pg from "pg";
import { groupRoles } from "../../database/bookkeeping.ts";
import { asAdministrator, withConnection } from "../../database/connection.ts";
import {
  assertOurRole,
  ensureGroupRole,
  ensureLoginRole,
  ensureMember,
  ensurePassword,
} from "../../database/local-roles.ts";
import { type Migration, readMigrations } from "../../database/migrations.ts";
import { up } from "../../database/migrator.ts";
import type { EnvironmentReference, SecretReference } from "../../database/reference.ts";
import { UserError } from "../../errors.ts";

/** The release database: one for all environments, apart from the application's. */
export const storeDatabase = "slipway";

/** Group roles: who may do what the commands do, and who may read. Policies, grants and logins speak of them. */
export const storeRoles = ["slipway_release", "slipway_release_reader"] as const;
type StoreRole = (typeof storeRoles)[number];

/** In the sandbox: who owns the schema, and a login for each group. */
const owner = "slipway_release_owner";
const logins: Readonly<Record<StoreRole, string>> = {
  slipway_release: "slipway_release_commands",
  slipway_release_reader: "slipway_release_console",
};

/** The schema of the release database, in order. */
export function storeMigrations(): Migration[] {
  return readMigrations(path.join(import.meta.dirname, "migrations"));
}

/** The release database of the sandbox, as a member of one of the groups sees it. @default slipway_release */
export function localStore(as: StoreRole = "slipway_release"): EnvironmentReference {
  return { kind: "environment", database: storeDatabase, user: logins[as] };
}

const session = { applicationName: "slipway release database" };

/**
 * Makes the release database in the sandbox's PostgreSQL, with its roles, logins and schema; what is there already stays.
 * @throws UserError when a database or a login has the name that Slipway did not make
 */
export async function makeLocalStore(): Promise<void> {
  await withConnection(asAdministrator("postgres"), session, async (admin) => {
    await admin.query("SET lock_timeout = '60s'");
    await admin.query("SELECT pg_advisory_lock(hashtext('slipway local databases'))");
    const { rows } = await admin.query("SELECT pg_get_userbyid(datdba) AS owner FROM pg_database WHERE datname = $1", [
      storeDatabase,
    ]);
    if (rows[0] !== undefined && rows[0].owner !== owner)
      throw new UserError(
        `The database "${storeDatabase}" belongs to ${rows[0].owner}; it was not touched.\n  Releases are recorded in a database of that name: rename or drop the other.`,
      );
    for (const role of [owner, ...Object.values(logins)]) await assertOurRole(admin, role);
    for (const role of [...groupRoles, ...storeRoles]) await ensureGroupRole(admin, role);
    await ensureLoginRole(admin, owner, []);
    for (const role of storeRoles) await ensureLoginRole(admin, logins[role], [role]);
    if (rows[0] === undefined)
      await admin.query(`CREATE DATABASE ${storeDatabase} OWNER ${owner} TEMPLATE template0 ENCODING 'UTF8'`);
    await admin.query(`REVOKE ALL ON DATABASE ${storeDatabase} FROM PUBLIC`);
    await admin.query(`GRANT CONNECT ON DATABASE ${storeDatabase} TO ${storeRoles.join(", ")}`);
    await withConnection(asAdministrator(storeDatabase), session, (client) =>
      client.query("REVOKE ALL ON SCHEMA public FROM PUBLIC"),
    );
    for (const role of [owner, ...Object.values(logins)]) await ensurePassword(admin, storeDatabase, role);
  });
  await up({ kind: "environment", database: storeDatabase, user: owner }, storeMigrations());
}

/**
 * Makes the release database on a managed server, as its master user, with the logins that prove themselves by IAM.
 * @param reference the master user's, of the database `slipway`
 * @param members the login of each group, of which somebody has the right to `rds-db:connect`
 * @throws UserError when a login has the name that Slipway did not make
 */
export async function makeManagedStore(
  reference: SecretReference,
  members: Readonly<Record<StoreRole, string>>,
): Promise<void> {
  await withConnection({ ...reference, database: "postgres" }, session, async (master) => {
    await master.query("SET lock_timeout = '60s'");
    await master.query("SELECT pg_advisory_lock(hashtext('slipway managed databases'))");
    const { rowCount } = await master.query("SELECT FROM pg_roles WHERE rolname = 'rds_iam'");
    for (const role of storeRoles) {
      await ensureGroupRole(master, role);
      await assertOurRole(master, members[role]);
      await ensureMember(master, members[role], rowCount === 1 ? [role, "rds_iam"] : [role]);
      // The commands take the role for their session. Who makes a role may give it to others, and not take it without this.
      await master.query(`GRANT ${role} TO CURRENT_USER WITH INHERIT FALSE, SET TRUE`);
    }
  });
  await up(reference, storeMigrations());
  await withConnection(reference, session, (master) =>
    master.query(`GRANT CONNECT ON DATABASE ${pg.escapeIdentifier(reference.database)} TO ${storeRoles.join(", ")}`),
  );
}
