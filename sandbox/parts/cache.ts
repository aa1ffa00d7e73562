import { rm } from "node:fs/promises";
import net from "node:net";
import path from "node:path";
import { SandboxError } from "../errors.ts";
import type { Part, PartCommand } from "../parts.ts";
import { privateDirectory } from "../system/files.ts";

/** A Redis-protocol server in memory: `slipway-cache`, else the machine's valkey-server or redis-server. */
export const cache: Part = {
  name: "cache",
  title: "Cache",
  ports: ["cache"],
  stopSignals: [["SIGTERM", 5000]],
  leftoverSignal: "SIGTERM",
  readyLimit: 15_000,

  command: async (context) => {
    const file = context.settings.cacheBinary;
    if (!file) {
      throw new SandboxError({
        what: "No cache server was found.",
        where: "SLIPWAY_CACHE_BINARY, or valkey-server or redis-server on PATH",
        remedy: "Run ./slipway setup, which builds slipway-cache, or install Valkey.",
      });
    }
    return {
      file,
      args: cacheArguments(file, context.port("cache"), context.layout.data("cache")),
      env: {},
      cwd: context.layout.data("cache"),
    } satisfies PartCommand;
  },

  prepare: async ({ layout }) => {
    privateDirectory(layout.data("cache"));
  },

  check: (context) => ping(context.port("cache")),

  removeData: async ({ layout }) => rm(layout.data("cache"), { recursive: true, force: true }),
};

/** How a cache server, `slipway-cache` or another one, is told its port and its folder. */
export function cacheArguments(file: string, port: number, directory: string): string[] {
  if (!/^(valkey|redis)-server/.test(path.basename(file))) return ["--listen", `127.0.0.1:${port}`];
  return [
    "--bind",
    "127.0.0.1",
    "--port",
    String(port),
    "--dir",
    directory,
    "--save",
    "",
    "--appendonly",
    "no",
    "--daemonize",
    "no",
  ];
}

/** A PING in the Redis protocol (https://valkey.io/topics/protocol): an array of one bulk string. */
const pingRequest = "*1\r\n$4\r\nPING\r\n";

function ping(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host: "127.0.0.1", port });
    const fail = (why: string) => {
      socket.destroy();
      reject(new Error(why));
    };
    socket.setTimeout(2000, () => fail("does not answer PING within 2 s"));
    socket.once("error", (error) => fail(error.message));
    socket.once("close", () => fail("closes the connection"));
    socket.once("connect", () => socket.write(pingRequest));
    socket.once("data", (answer) => {
      if (!answer.toString().startsWith("+PONG"))
        return fail(`answers PING with ${JSON.stringify(answer.toString().slice(0, 60))}`);
      resolve();
      socket.destroy();
    });
  });
}
