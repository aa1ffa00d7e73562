import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";

/** A new password: 32 random bytes, URL-safe, so that it needs no quoting in a password file or connection string. */
export function newPassword(): string {
  return randomBytes(32).toString("base64url");
}

/**
 * The verifier that PostgreSQL stores for a password (RFC 5802, RFC 7677; `SCRAM-SHA-256$<iterations>:<salt>$<stored>:<server>`).
 * A role gets this instead of its password, so that the password appears in no statement and in no server log.
 *
 * @param password ASCII only, because SASLprep is not applied.
 */
export function scramVerifier(password: string, salt: Buffer = randomBytes(16), iterations = 4096): string {
  const salted = pbkdf2Sync(password, salt, iterations, 32, "sha256");
  const clientKey = createHmac("sha256", salted).update("Client Key").digest();
  const storedKey = createHash("sha256").update(clientKey).digest("base64");
  const serverKey = createHmac("sha256", salted).update("Server Key").digest("base64");
  return `SCRAM-SHA-256$${iterations}:${salt.toString("base64")}$${storedKey}:${serverKey}`;
}
