import { z } from "zod";

const identifier = z
  .string()
  .min(1)
  .max(63, "PostgreSQL keeps 63 bytes of a name")
  .regex(/^[a-z_][a-z0-9_]*$/, "use lower case letters, digits and _");

/**
 * Which database of that name it is: another value after the server was reset or the database was made anew, so that
 * whatever was put into the old one is put into the new one. Not needed to connect.
 */
const incarnation = z.string().optional();

const environmentReferenceSchema = z.strictObject({
  kind: z.literal("environment"),
  database: identifier,
  user: identifier,
  incarnation,
});

const secretReferenceSchema = z.strictObject({
  kind: z.literal("secret"),
  /** The secret that holds `{"username", "password"}`, as RDS keeps that of its master user. */
  arn: z.string().regex(/^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:./, "the ARN of a secret"),
  host: z.string().min(1),
  port: z.int().min(1).max(65535),
  database: identifier,
  /** The login of the application, which proves itself with IAM tokens; made with the schema. @default none */
  application: identifier.optional(),
  incarnation,
});

/**
 * Which database, and as whom: by reference, so that it can stand in a state file.
 *
 * - `environment`: host, port and password come from PGHOST, PGPORT and PGPASSFILE of whoever connects.
 * - `secret`: user and password come from a secret of AWS Secrets Manager, read when somebody connects; TLS, always.
 */
export const databaseReferenceSchema = z.discriminatedUnion("kind", [
  environmentReferenceSchema,
  secretReferenceSchema,
]);

export type DatabaseReference = z.infer<typeof databaseReferenceSchema>;
export type EnvironmentReference = z.infer<typeof environmentReferenceSchema>;
export type SecretReference = z.infer<typeof secretReferenceSchema>;

/**
 * Whether two references name the same place, whoever comes and whichever incarnation is there. What a preview does not know
 * yet (the engine then hands out a text) is taken for the same, so that no preview announces a replacement that will not be.
 * A server that got another host (it was renamed, or restored from a snapshot) still holds the same place: the old host is gone.
 */
export function sameDatabase(left: DatabaseReference, right: DatabaseReference): boolean {
  if (typeof left !== "object" || typeof right !== "object") return true;
  return left.kind === right.kind && left.database === right.database;
}
