import { chownSync, copyFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import pg from "pg";
import { z } from "zod";
import { SandboxError } from "../../errors.ts";
import type { Layout } from "../../layout.ts";
import { type Binaries, provideBinaries } from "../../postgres/binaries.ts";
import { checkVersion, createCluster, disownPid, hasCluster } from "../../postgres/cluster.ts";
import type { Place } from "../../postgres/place.ts";
import { scramVerifier } from "../../secrets.ts";
import { until } from "../../system/wait.ts";
import { serverAddresses } from "./addresses.ts";
import { Child } from "./child.ts";
import { copyCluster, keepPassword, keptPassword } from "./database-copies.ts";
import { prepareRoles } from "./database-roles.ts";
import { placeOf, removeDatabase } from "./place.ts";
import { type Endpoint, Registry } from "./registry.ts";
import { serverName } from "./server-name.ts";

/** The superuser, which in RDS belongs to AWS too. */
const superuser = "rdsadmin";

/** A start of a fresh cluster takes 3 s; a crash recovery may take longer. Milliseconds. */
const startLimit = 60_000;

/** Of an instance or a snapshot. */
const resourceId = z.string().regex(/^[A-Za-z0-9-]{1,63}$/);

/** What RDS wants of a database. */
export const databaseOrder = z.object({
  /** The instance's resource id. */
  id: resourceId,
  masterUser: z.string().min(1),
  masterPassword: z.string().min(1),
  /** The database made with the instance. */
  database: z.string().optional(),
  /** rds.force_ssl of the parameter group. */
  forceTls: z.boolean(),
  /** Whose data it begins with: another database's of this moment, or a snapshot's. @default none: it is empty */
  copyOf: resourceId.optional(),
});

/** What RDS wants to be kept of a database. */
export const snapshotOrder = z.object({ id: resourceId, of: resourceId });

type DatabaseOrder = z.infer<typeof databaseOrder>;

/** Small, because several stacks' databases run beside each other; commits are as durable as in production. */
const settings = {
  unix_socket_directories: "",
  password_encryption: "scram-sha-256",
  max_connections: "60",
  shared_buffers: "16MB",
  max_wal_size: "128MB",
  min_wal_size: "32MB",
  timezone: "UTC",
  log_timezone: "UTC",
  log_checkpoints: "off",
  log_statement: "none",
  log_min_error_statement: "panic",
  log_parameter_max_length_on_error: "0",
  ssl: "on",
} as const;

/** The PostgreSQL clusters that stand for RDS instances: one each, with its own address, roles and data. */
export class Databases {
  private readonly layout: Layout;
  private readonly certificates: string;
  private readonly log: (line: string) => void;
  private readonly registry: Registry;
  private readonly running = new Map<string, Child>();
  /** Orders for one database are carried out one after the other. */
  private readonly last = new Map<string, Promise<unknown>>();

  constructor(layout: Layout, certificates: string, log: (line: string) => void) {
    this.layout = layout;
    this.certificates = certificates;
    this.log = log;
    this.registry = new Registry(path.join(layout.data("aws"), "databases.json"), 5432, serverAddresses(layout.id));
  }

  /** Makes what is ordered be so: the cluster, its roles, its database, its access rules. @returns where it listens */
  ensure(order: DatabaseOrder): Promise<Endpoint> {
    return this.inTurn(order.id, () => this.ensureNow(order));
  }

  /** Ends a database; its data stay. */
  halt(id: string): Promise<void> {
    return this.inTurn(id, () => this.haltNow(id));
  }

  /** Ends a database and removes its data. */
  remove(id: string): Promise<void> {
    return this.inTurn(id, async () => {
      await this.haltNow(id);
      removeDatabase(this.layout, id);
      this.registry.delete(id);
    });
  }

  /** Keeps a copy of a database as it is now; `remove` removes it. */
  async snapshot({ id, of }: z.infer<typeof snapshotOrder>): Promise<void> {
    keepPassword(placeOf(this.layout, id), await this.copy(of, id));
  }

  /** Ends all. */
  async stop(): Promise<void> {
    await Promise.all([...this.running.keys()].map((id) => this.haltNow(id)));
  }

  private inTurn<Result>(id: string, action: () => Promise<Result>): Promise<Result> {
    const result = (this.last.get(id) ?? Promise.resolve()).then(action);
    this.last.set(
      id,
      result.catch(() => undefined),
    );
    return result;
  }

  private async ensureNow(order: DatabaseOrder): Promise<Endpoint> {
    const place = placeOf(this.layout, order.id);
    const binaries = await provideBinaries(place.account, this.log);
    const isNew = !hasCluster(place);
    if (isNew && order.copyOf) {
      const password = await this.copy(order.copyOf, order.id);
      this.registry.set(order.id, { ...(await this.registry.placeFor(order.id)), password });
    } else if (isNew) await this.create(order.id, place, binaries);
    writeAccessRules(place, order.forceTls);
    const child = this.running.get(order.id);
    if (child) child.reload();
    else await this.start(order.id, place, binaries);
    const { host, port, password = "" } = this.registry.get(order.id) ?? { host: "127.0.0.1", port: 0 };
    const administrator = { host, port, user: superuser, password };
    if (!(await until(() => answers(administrator), startLimit))) {
      throw new SandboxError({
        what: `The database ${order.id} does not answer.`,
        where: this.layout.log("aws"),
        remedy: "See the log; ./slipway sandbox start tries again.",
      });
    }
    await prepareRoles(administrator, { ...order, masterPassword: scramVerifier(order.masterPassword) });
    return { host, port };
  }

  private async create(id: string, place: Place, binaries: Binaries): Promise<void> {
    const password = await createCluster(this.layout, place, binaries, superuser);
    this.registry.set(id, { ...(await this.registry.placeFor(id)), password });
  }

  /** Nothing happens to a database while it is copied. @returns the superuser's password, which is the copy's too */
  private copy(from: string, to: string): Promise<string> {
    return this.inTurn(from, async () => {
      const [source, known] = [placeOf(this.layout, from), this.registry.get(from)];
      const password = known?.password ?? keptPassword(source);
      if (password === undefined || !hasCluster(source)) throw new Error(`nothing is kept of ${from}`);
      const administrator = known && this.running.has(from) ? { ...known, user: superuser, password } : undefined;
      await copyCluster(source, placeOf(this.layout, to), administrator);
      return password;
    });
  }

  private async start(id: string, place: Place, binaries: Binaries): Promise<void> {
    checkVersion(place, binaries);
    for (const name of ["server.pem", "server.key"]) {
      const file = path.join(place.directory, name);
      copyFileSync(path.join(this.certificates, name), file);
      if (place.account) chownSync(file, place.account.uid, place.account.gid);
    }
    const { host, port } = await this.registry.placeFor(id);
    this.registry.set(id, { ...this.registry.get(id), host, port });
    const files = {
      ssl_cert_file: path.join(place.directory, "server.pem"),
      ssl_key_file: path.join(place.directory, "server.key"),
      hba_file: accessRules(place),
    };
    const chosen = {
      ...settings,
      ...files,
      listen_addresses: host,
      port: String(port),
      cluster_name: serverName(this.layout, id),
    };
    const command = {
      file: path.join(binaries.directory, "bin", "postgres"),
      args: ["-D", place.data, ...Object.entries(chosen).flatMap(([name, value]) => ["-c", `${name}=${value}`])],
      env: { LC_ALL: "C", TZ: "UTC" },
      cwd: place.directory,
      account: place.account,
    };
    this.running.set(id, new Child(command, this.log, { beforeStart: () => disownPid(place) }));
  }

  private async haltNow(id: string): Promise<void> {
    const child = this.running.get(id);
    this.running.delete(id);
    await child?.stop("SIGINT", 15_000);
  }
}

/** Everybody over TLS, and without it where the parameter group does not force it; the superuser is ours. */
function writeAccessRules(place: Place, forceTls: boolean): void {
  const rules = [
    `host all ${superuser} 127.0.0.0/8 scram-sha-256`,
    "hostssl all all 127.0.0.0/8 scram-sha-256",
    ...(forceTls ? [] : ["hostnossl all all 127.0.0.0/8 scram-sha-256"]),
  ];
  const file = accessRules(place);
  writeFileSync(file, `${rules.join("\n")}\n`, { mode: 0o600 });
  if (place.account) chownSync(file, place.account.uid, place.account.gid);
}

function accessRules(place: Place): string {
  return path.join(place.directory, "pg_hba.conf");
}

async function answers(config: pg.ClientConfig): Promise<boolean> {
  const client = new pg.Client({ ...config, database: "postgres", connectionTimeoutMillis: 3000 });
  client.on("error", () => undefined);
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
