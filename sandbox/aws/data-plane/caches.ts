import { readFileSync } from "node:fs";
import net from "node:net";
import path from "node:path";
import { pipeline } from "node:stream";
import tls from "node:tls";
import { z } from "zod";
import { SandboxError } from "../../errors.ts";
import type { Layout } from "../../layout.ts";
import { cacheArguments } from "../../parts/cache.ts";
import { privateDirectory } from "../../system/files.ts";
import { choosePort } from "../../system/ports.ts";
import { serverAddresses } from "./addresses.ts";
import { Child } from "./child.ts";
import { type Endpoint, Registry } from "./registry.ts";

/** What ElastiCache wants of a cache. */
export const cacheOrder = z.object({
  /** Stands for the replication group, whatever its name. */
  id: z.string().regex(/^[A-Za-z0-9-]{1,63}$/),
  /** Transit encryption. */
  tls: z.boolean(),
});

type CacheOrder = z.infer<typeof cacheOrder>;

interface Running {
  readonly child: Child;
  readonly front: net.Server;
  readonly tls: boolean;
}

/** The cache servers that stand for replication groups: a process each, and before it the port that clients use. */
export class Caches {
  private readonly layout: Layout;
  private readonly certificates: string;
  private readonly binary: string | undefined;
  private readonly log: (line: string) => void;
  private readonly registry: Registry;
  private readonly running = new Map<string, Running>();
  private last: Promise<unknown> = Promise.resolve();

  constructor(layout: Layout, certificates: string, binary: string | undefined, log: (line: string) => void) {
    this.layout = layout;
    this.certificates = certificates;
    this.binary = binary;
    this.log = log;
    this.registry = new Registry(path.join(layout.data("aws"), "caches.json"), 6379, serverAddresses(layout.id));
  }

  /** Makes what is ordered be so. @returns where it listens */
  ensure(order: CacheOrder): Promise<Endpoint> {
    const result = this.last.then(() => this.ensureNow(order));
    this.last = result.catch(() => undefined);
    return result;
  }

  async remove(id: string): Promise<void> {
    await this.halt(id);
    this.registry.delete(id);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.running.keys()].map((id) => this.halt(id)));
  }

  private async ensureNow({ id, tls: encrypted }: CacheOrder): Promise<Endpoint> {
    const present = this.running.get(id);
    const known = this.registry.get(id);
    if (present?.tls === encrypted && known !== undefined) return { host: known.host, port: known.port };
    await this.halt(id);
    const place = await this.registry.placeFor(id);
    this.registry.set(id, place);
    const inner = await choosePort(`${this.layout.id}/cache-behind/${id}`, new Set([place.port]));
    const child = new Child(this.commandFor(inner), this.log);
    this.running.set(id, { child, tls: encrypted, front: await this.listen(place, inner, encrypted) });
    return place;
  }

  private commandFor(port: number) {
    if (!this.binary) {
      throw new SandboxError({
        what: "No cache server was found for the replication group.",
        where: "SLIPWAY_CACHE_BINARY, or valkey-server or redis-server on PATH",
        remedy: "Run ./slipway setup, which builds slipway-cache, or install Valkey.",
      });
    }
    const directory = privateDirectory(path.join(this.layout.data("aws"), "caches"));
    return { file: this.binary, args: cacheArguments(this.binary, port, directory), env: {}, cwd: directory };
  }

  /** The port of the replication group; cache servers of the sandbox do not speak TLS themselves. */
  private async listen(place: Endpoint, inner: number, encrypted: boolean): Promise<net.Server> {
    const connect = (client: net.Socket) => {
      const server = net.connect({ host: "127.0.0.1", port: inner });
      pipeline(client, server, client, () => undefined);
    };
    const front = encrypted ? tls.createServer(this.keyPair(), connect) : net.createServer(connect);
    front.on("tlsClientError", () => undefined);
    await new Promise<void>((resolve, reject) => {
      front.once("error", reject);
      front.listen(place, resolve);
    });
    return front;
  }

  private keyPair(): { cert: Buffer; key: Buffer } {
    const read = (name: string) => readFileSync(path.join(this.certificates, name));
    return { cert: read("server.pem"), key: read("server.key") };
  }

  private async halt(id: string): Promise<void> {
    const running = this.running.get(id);
    this.running.delete(id);
    running?.front.close();
    await running?.child.stop("SIGTERM", 3000);
  }
}
