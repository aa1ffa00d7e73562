import { z } from "zod";

const identifier = z
  .string()
  .min(1)
  .max(63, "PostgreSQL keeps 63 bytes of a name")
  .regex(/^[a-z_][a-z0-9_]*$/, "use lower case letters, digits and _");

/**
 * Which database, and as whom: by reference, so that it can stand in a state file. `environment` means that host, port and
 * password come from PGHOST, PGPORT and PGPASSFILE of whoever connects.
 */
export const databaseReferenceSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("environment"),
    database: identifier,
    user: identifier,
    /**
     * Which database of that name it is: another value after the server was reset or the database was made anew, so that
     * whatever was put into the old one is put into the new one. Not needed to connect.
     */
    incarnation: z.string().optional(),
  }),
]);

export type DatabaseReference = z.infer<typeof databaseReferenceSchema>;

/**
 * Whether two references name the same place, whoever comes and whichever incarnation is there. What a preview does not know
 * yet (the engine then hands out a text) is taken for the same, so that no preview announces a replacement that will not be.
 */
export function sameDatabase(left: DatabaseReference, right: DatabaseReference): boolean {
  if (typeof left !== "object" || typeof right !== "object") return true;
  return left.kind === right.kind && left.database === right.database;
}
