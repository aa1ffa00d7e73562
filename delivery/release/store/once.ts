import { createHash } from "node:crypto";
import { UserError } from "../../errors.ts";
import { canonicalJson } from "../audit/canonical.ts";
import type { Change } from "./change.ts";

/**
 * Does something once for a key, however often the command that it names is run: the second time gets the first one's result.
 * @param key the command's own name for what it does, such as `run 812 attempt 1 promote`
 * @param what which action: the same key for another one, or with another input, is refused
 * @param work makes a row and returns its id
 * @throws UserError when the key stands for something else
 */
export async function once(
  { client }: Change,
  key: string,
  what: string,
  input: unknown,
  work: () => Promise<number>,
): Promise<number> {
  const digest = createHash("sha256").update(canonicalJson(input)).digest("hex");
  const { rowCount } = await client.query(
    "INSERT INTO release.command (key, what, input) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
    [key, what, digest],
  );
  if (rowCount === 1) {
    const id = await work();
    await client.query("UPDATE release.command SET result = $2 WHERE key = $1", [key, id]);
    return id;
  }
  const {
    rows: [known],
  } = await client.query("SELECT what, input, result::int FROM release.command WHERE key = $1", [key]);
  if (known.what === what && known.input === digest) return known.result;
  throw new UserError(
    `The key "${key}" was used for something else (${known.what}).\n  A key stands for one command: give this one another.`,
  );
}
