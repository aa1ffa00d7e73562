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
  z.strictObject({ kind: z.literal("environment"), database: identifier, user: identifier }),
]);

export type DatabaseReference = z.infer<typeof databaseReferenceSchema>;
