import pg from "pg";

/** Roles that RDS brings along (Amazon RDS User Guide, "Understanding the rds_superuser role"). */
const predefined = ["rds_superuser", "rds_replication", "rds_password", "rds_iam"] as const;

/** What PostgreSQL's own roles RDS grants to rds_superuser, among others that need its extensions. */
const powers = ["pg_monitor", "pg_signal_backend", "pg_checkpoint", "pg_maintain", "pg_create_subscription"] as const;

interface Master {
  readonly masterUser: string;
  /** As PostgreSQL keeps it, so that the password enters no statement. */
  readonly masterPassword: string;
  readonly database?: string | undefined;
}

/**
 * Makes the roles of a fresh RDS instance: a master that may create roles and databases and is no superuser. Says the same
 * a second time without harm, and gives the master its password of now.
 */
export async function prepareRoles(administrator: pg.ClientConfig, master: Master): Promise<void> {
  const client = new pg.Client({ ...administrator, database: "postgres" });
  client.on("error", () => undefined);
  await client.connect();
  try {
    for (const role of predefined) await createRole(client, role, "NOLOGIN");
    for (const power of powers) await client.query(`GRANT ${power} TO rds_superuser WITH ADMIN OPTION`);
    const name = pg.escapeIdentifier(master.masterUser);
    await createRole(client, master.masterUser, "LOGIN CREATEDB CREATEROLE");
    await client.query(`ALTER ROLE ${name} PASSWORD ${pg.escapeLiteral(master.masterPassword)}`);
    await client.query(`GRANT rds_superuser, rds_replication, rds_password TO ${name} WITH ADMIN OPTION`);
    // It may let others log in with IAM tokens; who acts as rds_iam could no longer use a password.
    await client.query(`GRANT rds_iam TO ${name} WITH ADMIN TRUE, INHERIT FALSE, SET FALSE`);
    await client.query(`ALTER DATABASE postgres OWNER TO ${name}`);
    if (master.database) await createDatabase(client, master.database, master.masterUser);
  } finally {
    await client.end();
  }
}

async function createRole(client: pg.Client, name: string, attributes: string): Promise<void> {
  const { rowCount } = await client.query("SELECT FROM pg_roles WHERE rolname = $1", [name]);
  if (rowCount === 0) await client.query(`CREATE ROLE ${pg.escapeIdentifier(name)} ${attributes}`);
}

async function createDatabase(client: pg.Client, name: string, owner: string): Promise<void> {
  const { rowCount } = await client.query("SELECT FROM pg_database WHERE datname = $1", [name]);
  if (rowCount === 0)
    await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)} OWNER ${pg.escapeIdentifier(owner)}`);
}
