import pg from "pg";
import { UserError } from "../errors.ts";
import { connect, isRefusedLogin, sqlState, withConnection } from "./connection.ts";
import { describeRole } from "./local-database.ts";
import { serverEndpoint } from "./login.ts";
import { findPassword, forgetPassword, passwordFilePath, storePassword } from "./password-file.ts";
import { newPassword, scramVerifier } from "./scram.ts";

const quote = pg.escapeIdentifier;
const literal = pg.escapeLiteral;
const loginAttributes = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS";

/** The comment by which a login role is known as one that Slipway made. */
const roleMarker = "slipway login";

/** @throws UserError when a role of that name exists that Slipway did not make. */
export async function assertOurRole(admin: pg.Client, role: string): Promise<void> {
  const comment = await roleComment(admin, role);
  if (comment === undefined || comment === roleMarker) return;
  throw new UserError(
    `The server has a role "${role}" that Slipway did not make; it was not touched.\n` +
      `  Rename or drop it, or, if it may be taken over (its password changes), run as administrator: COMMENT ON ROLE ${role} IS '${roleMarker}';`,
  );
}

/** The role's comment, "" when it has none, undefined when there is no such role. */
async function roleComment(admin: pg.Client, role: string): Promise<string | undefined> {
  const {
    rows: [row],
  } = await admin.query(
    "SELECT coalesce(shobj_description(oid, 'pg_authid'), '') AS comment FROM pg_roles WHERE rolname = $1",
    [role],
  );
  return row?.comment;
}

/** A role that policies speak of and nobody logs in as. */
export async function ensureGroupRole(admin: pg.Client, role: string): Promise<void> {
  await createRole(admin, role, "NOLOGIN", "slipway group");
}

/**
 * A role that logs in, has no power over the server, and is in these groups only.
 * @param takes groups whose rights it has only once it has taken their role (SET ROLE)
 */
export async function ensureLoginRole(
  admin: pg.Client,
  role: string,
  groups: readonly string[],
  takes: readonly string[] = [],
): Promise<void> {
  await createRole(admin, role, loginAttributes, roleMarker);
  await admin.query(`ALTER ROLE ${quote(role)} ${loginAttributes}`);
  await setMemberships(admin, role, groups, takes);
}

/**
 * A role that logs in and is in these groups, as somebody makes it who is no superuser: every power that it is not given is
 * one that it does not have, and to take one away is not that somebody's right.
 * @param takes as for {@link ensureLoginRole}
 */
export async function ensureMember(
  admin: pg.Client,
  role: string,
  groups: readonly string[],
  takes: readonly string[] = [],
): Promise<void> {
  await createRole(admin, role, "LOGIN", roleMarker);
  await setMemberships(admin, role, groups, takes);
}

/** Role and comment together, so that a kill leaves no role that looks like someone else's. */
async function createRole(admin: pg.Client, role: string, attributes: string, comment: string): Promise<void> {
  if ((await roleComment(admin, role)) !== undefined) return;
  await admin.query(
    `BEGIN; CREATE ROLE ${quote(role)} ${attributes}; COMMENT ON ROLE ${quote(role)} IS ${literal(comment)}; COMMIT`,
  );
}

interface Membership {
  readonly name: string;
  /** It has the group's rights at once. */
  readonly inherits: boolean;
  /** It may take the group's role. */
  readonly takes: boolean;
}

/** Several may have granted the same. */
async function membershipsOf(admin: pg.Client, role: string): Promise<Membership[]> {
  const { rows } = await admin.query<Membership>(
    `SELECT pg_get_userbyid(m.roleid) AS name, bool_or(m.inherit_option) AS inherits, bool_or(m.set_option) AS takes
     FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member WHERE r.rolname = $1 GROUP BY m.roleid ORDER BY 1`,
    [role],
  );
  return rows;
}

async function setMemberships(
  admin: pg.Client,
  role: string,
  inherits: readonly string[],
  takes: readonly string[],
): Promise<void> {
  const present = await membershipsOf(admin, role);
  for (const { name } of present.filter((each) => ![...inherits, ...takes].includes(each.name)))
    await admin.query(`REVOKE ${quote(name)} FROM ${quote(role)} CASCADE`);
  for (const group of inherits.filter((name) => !present.some((each) => each.name === name && each.inherits)))
    await admin.query(`GRANT ${quote(group)} TO ${quote(role)} WITH INHERIT TRUE`);
  const taken = (name: string) => present.some((each) => each.name === name && !each.inherits && each.takes);
  for (const group of takes.filter((name) => !taken(name)))
    await admin.query(`GRANT ${quote(group)} TO ${quote(role)} WITH INHERIT FALSE, SET TRUE`);
}

/** Describes a role in the words of `describeRole`; `missing` when there is none. */
export async function inspectRole(admin: pg.Client, role: string, database: string): Promise<string> {
  const {
    rows: [row],
  } = await admin.query(
    `SELECT rolcanlogin AS login, array_remove(ARRAY[
       CASE WHEN rolsuper THEN 'superuser' END, CASE WHEN rolcreatedb THEN 'createdb' END, CASE WHEN rolcreaterole THEN 'createrole' END,
       CASE WHEN rolreplication THEN 'replication' END, CASE WHEN rolbypassrls THEN 'bypassrls' END], NULL) AS powers
     FROM pg_roles WHERE rolname = $1`,
    [role],
  );
  if (row === undefined) return "missing";
  const password = row.login ? ((await logsIn(database, role)) ? "known" : "unknown") : undefined;
  const memberships = await membershipsOf(admin, role);
  const onlyTaken = ({ inherits, takes }: Membership) => !inherits && takes;
  const takes = memberships.filter(onlyTaken).map(({ name }) => name);
  const groups = memberships.filter((each) => !onlyTaken(each)).map(({ name }) => name);
  return describeRole({ login: row.login, powers: row.powers, groups, takes, password });
}

/**
 * Gives a role a password that the password file holds, unless its present one is there and works. First the file, then the
 * server: after a kill between the two, the login fails, which the next run sees.
 */
export async function ensurePassword(admin: pg.Client, database: string, role: string): Promise<void> {
  const { host, port } = serverEndpoint();
  const key = { host, port, user: role };
  const known = await findPassword(passwordFilePath(), key);
  if (known !== undefined && (await logsIn(database, role))) return storePassword(passwordFilePath(), key, known);
  const password = newPassword();
  await storePassword(passwordFilePath(), key, password);
  await admin.query(`ALTER ROLE ${quote(role)} PASSWORD ${literal(scramVerifier(password))}`);
  await withConnection({ kind: "environment", database, user: role }, session("set up"), async () => {});
}

/** Whether the password file's password is accepted. A login that is stopped after that (no CONNECT, no database) has passed. */
export async function logsIn(database: string, user: string): Promise<boolean> {
  const { host, port } = serverEndpoint();
  if ((await findPassword(passwordFilePath(), { host, port, user })) === undefined) return false;
  try {
    await (await connect({ kind: "environment", database, user }, session("inspect"))).end();
    return true;
  } catch (error) {
    if (isRefusedLogin(error)) return false;
    if (error instanceof UserError && sqlState(error.cause) !== undefined) return true;
    throw error;
  }
}

function session(work: string) {
  return { applicationName: `slipway local roles, ${work}` };
}

/** Drops a login role and forgets its password, unless it is not ours or another database needs it. */
export async function removeLoginRole(admin: pg.Client, role: string): Promise<void> {
  if ((await roleComment(admin, role)) !== roleMarker || !(await dropRole(admin, role))) return;
  const { host, port } = serverEndpoint();
  await forgetPassword(passwordFilePath(), { host, port, user: role });
}

/** @returns false when something (another stack's database) still depends on the role, which is then kept. */
export async function dropRole(admin: pg.Client, role: string): Promise<boolean> {
  try {
    await admin.query(`DROP ROLE IF EXISTS ${quote(role)}`);
    return true;
  } catch (error) {
    if (sqlState(error) === "2BP01") return false;
    throw error;
  }
}
