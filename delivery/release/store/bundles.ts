import type pg from "pg";
import { UserError } from "../../errors.ts";
import { bundleDigest } from "../bundle.ts";
import type { Bundle } from "../model.ts";
import type { Change } from "./change.ts";
import { bundleRow, readRow, readRows } from "./rows.ts";

/**
 * Records a bundle. One of the same digest that is there already stays, with who made it and when.
 * @throws Error when the digest is not that of the content
 */
export async function createBundle({ client, identity }: Change, bundle: Bundle): Promise<Bundle> {
  const { digest, title, version, deployables, features, changelog, migration } = bundle;
  const own = bundleDigest(bundle);
  if (own !== digest) throw new Error(`The bundle says that its digest is ${digest}, its content's is ${own}.`);
  await client.query(
    `INSERT INTO release.bundle (digest, title, version, deployables, features, changelog, migration, created_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`,
    [
      digest,
      title,
      version,
      JSON.stringify(deployables),
      JSON.stringify(features),
      changelog,
      migration ?? null,
      identity.actor,
    ],
  );
  return getBundle(client, digest);
}

/**
 * @param digest whole, or so much of its beginning that it is the only one
 * @throws UserError when there is none, or more than one
 */
export async function getBundle(client: pg.ClientBase, digest: string): Promise<Bundle> {
  const wanted = digest.startsWith("sha256:") ? digest : `sha256:${digest}`;
  const found = await readRows(
    client,
    bundleRow,
    "SELECT to_jsonb(b) FROM release.bundle b WHERE starts_with(b.digest, $1) ORDER BY b.digest LIMIT 2",
    [wanted],
  );
  const [only, another] = found;
  if (only !== undefined && another === undefined) return only;
  throw new UserError(
    only === undefined
      ? `There is no bundle ${digest}.\n  ./slipway release history shows them.`
      : `More than one bundle begins with ${digest}.\n  Give more of the digest.`,
  );
}

/** The bundles, the newest first. @param limit @default 50 */
export async function listBundles(client: pg.ClientBase, limit = 50): Promise<Bundle[]> {
  return readRows(
    client,
    bundleRow,
    "SELECT to_jsonb(b) FROM release.bundle b ORDER BY b.created_at DESC, b.digest LIMIT $1",
    [limit],
  );
}

/** What runs in an environment: the bundle that was last deployed there with success; undefined before that. */
export async function standingBundle(client: pg.ClientBase, environment: string): Promise<Bundle | undefined> {
  return readRow(
    client,
    bundleRow,
    `SELECT to_jsonb(b) FROM release.deployment d JOIN release.bundle b ON b.digest = d.bundle
     WHERE d.environment = $1 AND d.outcome = 'succeeded' ORDER BY d.id DESC LIMIT 1`,
    [environment],
  );
}
