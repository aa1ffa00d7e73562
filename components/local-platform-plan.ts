import { type LocalDatabase, wantedState } from "../delivery/database/local-database.ts";
import { UserError } from "../delivery/errors.ts";

export interface PlannedLocalDatabase extends LocalDatabase {
  /** One line for each database and role, as the preview shows it. */
  readonly state: Readonly<Record<string, string>>;
}

/**
 * The database and logins of an application in the local PostgreSQL: `teamflow_owner` owns, `teamflow_app` connects.
 * @param application the application's name; a hyphen becomes an underscore.
 * @param database the database's name.
 */
export function planLocalDatabase(application: string, database: string): PlannedLocalDatabase {
  const base = application.replaceAll("-", "_");
  const wanted = { database, owner: `${base}_owner`, application: `${base}_app` };
  return { ...wanted, state: wantedState(wanted) };
}

/** Where the cache listens. Never holds a password. */
export interface CacheEndpoint {
  readonly host: string;
  readonly port: number;
}

/**
 * Host and port (default 6379) of REDIS_URL; user and password in it are left out.
 * @throws UserError when it is not set or no redis URL.
 */
export function planCacheEndpoint(environment: NodeJS.ProcessEnv): CacheEndpoint {
  const remedy =
    'Start the sandbox and take its endpoints: ./slipway sandbox start && eval "$(./slipway env)", or set it to redis://<host>:<port>.';
  const text = environment.REDIS_URL;
  if (!text) throw new UserError(`REDIS_URL is not set, so the cache is not known.\n  ${remedy}`);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !["redis:", "rediss:"].includes(url.protocol) || url.hostname === "") {
    throw new UserError(`REDIS_URL is no redis:// URL.\n  ${remedy}`); // not shown: it may hold a password
  }
  return { host: url.hostname, port: url.port === "" ? 6379 : Number(url.port) };
}
