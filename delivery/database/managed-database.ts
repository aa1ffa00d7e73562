import pg from "pg";
import { applicationGroups, groupRoles } from "./bookkeeping.ts";
import { type ConnectOptions, withConnection } from "./connection.ts";
import { assertOurRole, ensureGroupRole, ensureMember } from "./local-roles.ts";
import type { SecretReference } from "./reference.ts";

/** The role by which RDS knows who may log in with an IAM token; there is none on other servers. */
const iamRole = "rds_iam";

/**
 * Makes ready, on a managed server, what migrations expect to find and the master user may make, who is no superuser: the
 * database, owned by the master user and closed to everybody else, the group roles that policies speak of, and the
 * application's login. What is there already stays.
 *
 * @throws UserError when a role has the application's name that Slipway did not make.
 */
export async function prepareManagedDatabase(
  reference: SecretReference,
  options: Pick<ConnectOptions, "environment"> = {},
): Promise<void> {
  const session = { ...options, applicationName: "slipway managed database" };
  const { application, database } = reference;
  await withConnection({ ...reference, database: "postgres" }, session, async (master) => {
    await master.query("SET lock_timeout = '60s'");
    await master.query("SELECT pg_advisory_lock(hashtext('slipway managed databases'))");
    for (const role of groupRoles) await ensureGroupRole(master, role);
    if (application !== undefined) await ensureApplication(master, application);
    if (!(await exists(master, "pg_database", "datname", database)))
      await master.query(`CREATE DATABASE ${pg.escapeIdentifier(database)} TEMPLATE template0 ENCODING 'UTF8'`);
    await master.query(`REVOKE ALL ON DATABASE ${pg.escapeIdentifier(database)} FROM PUBLIC`);
    if (application !== undefined) {
      const login = pg.escapeIdentifier(application);
      await master.query(`GRANT CONNECT ON DATABASE ${pg.escapeIdentifier(database)} TO ${login}`);
    }
    // Under the lock as well: PostgreSQL fails one of two that take the same privilege away at the same time.
    await withConnection(reference, session, (owner) => owner.query("REVOKE ALL ON SCHEMA public FROM PUBLIC"));
  });
}

/** It has no password: whoever has the right to `rds-db:connect` as this login gets a token from IAM. */
async function ensureApplication(master: pg.Client, application: string): Promise<void> {
  await assertOurRole(master, application);
  const byIam = await exists(master, "pg_roles", "rolname", iamRole);
  const { inherits, takes } = applicationGroups;
  await ensureMember(master, application, byIam ? [...inherits, iamRole] : inherits, takes);
}

async function exists(client: pg.Client, catalog: string, column: string, name: string): Promise<boolean> {
  const { rowCount } = await client.query(`SELECT FROM ${catalog} WHERE ${column} = $1`, [name]);
  return rowCount === 1;
}
