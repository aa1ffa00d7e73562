import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import type { Layout } from "./layout.ts";
import { privateDirectory, readIfPresent, writeAtomically } from "./system/files.ts";

/** One line of a pgpass file (https://www.postgresql.org/docs/18/libpq-pgpass.html), for all databases of a server. */
export interface PgpassEntry {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

/** A random secret of 192 bits in letters, digits, `-` and `_`. */
export function newSecret(): string {
  return randomBytes(24).toString("base64url");
}

/** The secret in `file`, made on first use. */
export function secretFile(layout: Layout, file: string): string {
  const present = readIfPresent(file)?.trim();
  if (present) return present;
  const secret = newSecret();
  privateDirectory(layout.secrets);
  writeAtomically(file, `${secret}\n`);
  return secret;
}

/** The password that a pgpass file holds for a user of a server. */
export function readPgpass(file: string, server: Omit<PgpassEntry, "password">): string | undefined {
  return entries(file).find(({ fields }) => isFor(fields, server))?.fields[4];
}

/** Writes one entry; the other lines (roles that other parts of Slipway made) stay as they are. */
export function writePgpass(layout: Layout, entry: PgpassEntry): void {
  const others = entries(layout.pgpass).filter(({ fields }) => !isFor(fields, entry));
  const fields = [entry.host, String(entry.port), "*", entry.user, entry.password].map((field) =>
    field.replace(/[\\:]/g, "\\$&"),
  );
  save(layout, [fields.join(":"), ...others.map(({ line }) => line)]);
}

/** Gives every entry for a host the port that its server has now. */
export function movePgpass(layout: Layout, host: string, port: number): void {
  const present = entries(layout.pgpass);
  if (present.every(({ fields }) => fields[0] !== host || fields[1] === String(port))) return;
  const moved = present.map(({ line, fields }) =>
    fields[0] === host ? line.replace(`${host}:${fields[1]}:`, `${host}:${port}:`) : line,
  );
  save(layout, moved);
}

/** Removes the entries for a host, or those of one user. */
export function removePgpass(layout: Layout, server: { readonly host: string; readonly user?: string }): void {
  if (!existsSync(layout.pgpass)) return;
  const others = entries(layout.pgpass).filter(
    ({ fields }) => fields[0] !== server.host || (server.user !== undefined && fields[3] !== server.user),
  );
  const lines = others.map(({ line }) => line);
  save(layout, lines);
}

/** The form in which PostgreSQL keeps a password (RFC 5803), so that the password itself never enters a statement. */
export function scramVerifier(password: string): string {
  const [iterations, salt] = [4096, randomBytes(16)];
  const salted = pbkdf2Sync(password, salt, iterations, 32, "sha256");
  const hmac = (name: string) => createHmac("sha256", salted).update(name).digest();
  const storedKey = createHash("sha256").update(hmac("Client Key")).digest("base64");
  return `SCRAM-SHA-256$${iterations}:${salt.toString("base64")}$${storedKey}:${hmac("Server Key").toString("base64")}`;
}

function entries(file: string): { line: string; fields: string[] }[] {
  return (readIfPresent(file) ?? "")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => ({ line, fields: splitLine(line) }));
}

/** Fields are separated by colons; a backslash takes the next character as it is. A line has no newline to confuse this. */
function splitLine(line: string): string[] {
  return line.replace(/\\(.)|:/g, (_, literal: string | undefined) => literal ?? "\n").split("\n");
}

function isFor(fields: readonly string[], server: Omit<PgpassEntry, "password">): boolean {
  return (
    fields.length === 5 && fields[0] === server.host && fields[1] === String(server.port) && fields[3] === server.user
  );
}

function save(layout: Layout, lines: readonly string[]): void {
  privateDirectory(layout.secrets);
  writeAtomically(layout.pgpass, lines.map((line) => `${line}\n`).join(""));
}
