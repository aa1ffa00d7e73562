import { chmod, mkdir, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../errors.ts";

/** Whose password is wanted, for which server. The database column of the file is always `*` here. */
export interface PasswordKey {
  readonly host: string;
  readonly port: number;
  readonly user: string;
}

/** Where passwords are kept: PGPASSFILE, else ~/.pgpass, as libpq has it. */
export function passwordFilePath(environment: NodeJS.ProcessEnv = process.env): string {
  return environment.PGPASSFILE || path.join(homedir(), ".pgpass");
}

/**
 * The password for a user of a server, or undefined.
 *
 * The first matching line wins, as in libpq. When no line matches the port, one that names the same host and user is taken:
 * the sandbox may come back on another port, and its passwords are still right.
 *
 * @throws UserError when the file may be read by others (libpq would ignore it without a word).
 */
export async function findPassword(file: string, key: PasswordKey): Promise<string | undefined> {
  const entries = (await readIfThere(file)).split("\n").flatMap(parseLine);
  const sameUser = entries.filter(({ fields: [host, , , user] }) => matches(host, key.host) && matches(user, key.user));
  const exact = sameUser.find(({ fields: [, port] }) => matches(port, String(key.port)));
  return (exact ?? sameUser.find(({ fields: [host] }) => host !== "*"))?.password;
}

/** Writes or replaces a user's password; several processes may do so at once, and a kill leaves the old file or the new. */
export async function storePassword(file: string, key: PasswordKey, password: string): Promise<void> {
  await rewrite(file, key, (lines) => [formatLine(key, password), ...lines]);
}

/** Removes a user's password; nothing happens when there is none. */
export async function forgetPassword(file: string, key: PasswordKey): Promise<void> {
  await rewrite(file, key, (lines) => lines);
}

async function rewrite(file: string, key: PasswordKey, change: (otherLines: string[]) => string[]): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  await withLock(`${file}.lock`, async () => {
    const lines = (await readIfThere(file)).split("\n").filter((line) => line !== "");
    const others = lines.filter((line) => {
      const [entry] = parseLine(line);
      return entry === undefined || !(entry.fields[0] === key.host && entry.fields[3] === key.user);
    });
    const temporary = `${file}.${process.pid}.tmp`;
    await writeFile(
      temporary,
      change(others)
        .map((line) => `${line}\n`)
        .join(""),
      { mode: 0o600 },
    );
    await chmod(temporary, 0o600);
    await rename(temporary, file);
  });
}

interface Entry {
  readonly fields: readonly [host: string, port: string, database: string, user: string];
  readonly password: string;
}

/** One line `host:port:database:user:password`, where `\` quotes `:` and `\`; comments and broken lines give nothing. */
function parseLine(line: string): Entry[] {
  if (line.startsWith("#")) return [];
  const fields: string[] = [];
  let field = "";
  for (let i = 0; i < line.length; i++) {
    if (line[i] === "\\" && i + 1 < line.length) field += line[++i];
    else if (line[i] === ":" && fields.length < 4) {
      fields.push(field);
      field = "";
    } else field += line[i];
  }
  const [host, port, database, user, password] = [...fields, field];
  if (host === undefined || port === undefined || database === undefined || user === undefined || !password) return [];
  return [{ fields: [host, port, database, user], password }];
}

function formatLine({ host, port, user }: PasswordKey, password: string): string {
  const quote = (text: string) => text.replaceAll(/[\\:]/g, "\\$&");
  return `${quote(host)}:${port}:*:${quote(user)}:${quote(password)}`;
}

function matches(pattern: string, value: string): boolean {
  return pattern === "*" || pattern === value;
}

async function readIfThere(file: string): Promise<string> {
  try {
    const [text, { mode }] = await Promise.all([readFile(file, "utf8"), stat(file)]);
    if ((mode & 0o077) !== 0) {
      throw new UserError(`${file}: others than you may read this password file.\n  Run: chmod 600 ${file}`);
    }
    return text;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}

/** Holds a lock file while working. A lock whose holder is dead is taken over. */
async function withLock(lock: string, work: () => Promise<void>, seconds = 10): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!(await tryLock(lock))) {
    if (Date.now() > end) {
      throw new UserError(
        `${lock}: another process has held this lock for ${seconds} s.\n  Remove the file if that process is gone.`,
      );
    }
    await sleep(20);
  }
  try {
    await work();
  } finally {
    await rm(lock, { force: true });
  }
}

async function tryLock(lock: string): Promise<boolean> {
  try {
    const handle = await open(lock, "wx", 0o600);
    await handle.writeFile(String(process.pid));
    await handle.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    if (await isAbandoned(lock)) await takeAway(lock);
    return false;
  }
}

/** Its holder is dead, or has not even written its number for two seconds. */
async function isAbandoned(lock: string): Promise<boolean> {
  const holder = Number(await readFile(lock, "utf8").catch(() => ""));
  return holder > 0 ? !isAlive(holder) : (await ageOf(lock)) > 2000;
}

/** Only one at a time takes a lock away, and looks again first: the lock may be another's by now. */
async function takeAway(lock: string): Promise<void> {
  const right = `${lock}.takeover`;
  try {
    await (await open(right, "wx", 0o600)).close();
  } catch {
    if ((await ageOf(right)) > 2000) await rm(right, { force: true });
    return;
  }
  if (await isAbandoned(lock)) await rm(lock, { force: true });
  await rm(right, { force: true });
}

async function ageOf(file: string): Promise<number> {
  return stat(file).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0,
  );
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
