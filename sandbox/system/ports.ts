import { createHash } from "node:crypto";
import net from "node:net";
import { SandboxError } from "../errors.ts";

/** Below the ports that Linux (32768) and macOS (49152) hand out to outgoing connections, above the well-known ones. */
const range = { first: 20_000, count: 12_000 } as const;

/** Whether nobody listens on the port of a loopback address, and we could. */
export async function isFree(port: number, host = "127.0.0.1"): Promise<boolean> {
  return !(await answers(port, host)) && (await canListen(port, host));
}

/**
 * A free port of 127.0.0.1 outside the range of outgoing connections. The search begins at a place that follows from
 * `seed`, so that two checkouts seldom want the same one.
 * @param taken ports that are promised to others
 * @throws SandboxError when a thousand in a row are taken
 */
export async function choosePort(seed: string, taken: ReadonlySet<number>): Promise<number> {
  const start = createHash("sha256").update(seed).digest().readUInt32BE(0);
  for (let step = 0; step < 1000; step++) {
    const port = range.first + ((start + step) % range.count);
    if (!taken.has(port) && (await isFree(port))) return port;
  }
  throw new SandboxError({
    what: "No free port was found on 127.0.0.1.",
    where: `ports ${range.first} to ${range.first + range.count - 1}`,
    remedy: "Stop some of the programs that listen there, then run the command again.",
  });
}

/** Another program may listen on all addresses, which macOS lets us bind over: ask before listening. */
function answers(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port });
    const done = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1000, () => done(true));
    socket.once("connect", () => done(true)).once("error", () => done(false));
  });
}

function canListen(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once("error", () => resolve(false));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
