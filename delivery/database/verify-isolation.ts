import type pg from "pg";
import { sqlState, withConnection } from "./connection.ts";
import type { VerifyContext } from "./verify-context.ts";

/** How many users are looked through. */
const sample = 20;

/**
 * Acts as the application does, for some users and for nobody, and says what was seen that should not have been, or not been
 * seen that should. Everything is rolled back.
 */
export async function isolationProblems({ client, roles }: VerifyContext): Promise<readonly string[]> {
  const { rows: users } = await client.query<{ user_id: string; own: string[] }>(
    `SELECT user_id, array_agg(DISTINCT organization_id) AS own FROM enterprise.user_organization_roles
     GROUP BY user_id ORDER BY user_id LIMIT ${sample}`,
  );
  return withConnection(roles, { applicationName: "slipway verify, isolation" }, async (session) => {
    const refusal = await takeRole(session);
    if (refusal !== undefined) return [refusal];
    const problems: string[] = [];
    const seen = await organizationsSeen(session, "");
    if (seen.length > 0) problems.push(`who is not signed in sees ${seen.length} organizations`);
    for (const { own, user_id: user } of users) {
      const ids = await organizationsSeen(session, user);
      const foreign = ids.filter((id) => !own.includes(id)).length;
      if (foreign > 0) problems.push(`the user ${user} sees ${foreign} organizations of others`);
      if (own.some((id) => !ids.includes(id)))
        problems.push(`the user ${user} does not see an organization of his own`);
    }
    return problems;
  });
}

async function takeRole(session: pg.Client): Promise<string | undefined> {
  const role = "slipway_application";
  try {
    const { rows } = await session.query("SELECT pg_has_role(current_user, $1, 'SET') AS may", [role]);
    // RDS's master user made the role and administers it, which does not yet let it act in it.
    if (!rows[0]?.may) await session.query(`GRANT ${role} TO CURRENT_USER WITH INHERIT FALSE, SET TRUE`);
    await session.query(`SET ROLE ${role}`);
    return undefined;
  } catch (error) {
    if (sqlState(error) === undefined) throw error;
    return `nobody here may act as ${role}: ${(error as Error).message}`;
  }
}

async function organizationsSeen(session: pg.Client, user: string): Promise<string[]> {
  await session.query("BEGIN READ ONLY");
  try {
    await session.query("SELECT set_config('slipway.user_id', $1, true)", [user]);
    return (await session.query("SELECT id FROM enterprise.organizations")).rows.map(({ id }) => id);
  } finally {
    await session.query("ROLLBACK");
  }
}
