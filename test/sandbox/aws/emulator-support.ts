import { once } from "node:events";
import type http from "node:http";
import { createServer } from "node:net";
import { Emulator } from "../../../sandbox/aws/emulator.ts";
import { startGateway } from "../../../sandbox/aws/gateway.ts";
import { provideMiniStack } from "../../../sandbox/aws/python.ts";
import { layoutOf } from "../../../sandbox/layout.ts";
import { temporaryRoot } from "../support.ts";
import type { LocalAws } from "./support.ts";

/** An order of MiniStack to the data plane. */
export interface Order {
  readonly name: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** MiniStack with its gaps closed behind a gateway of the test, which answers its orders. */
export interface EmulatorUnderTest extends LocalAws {
  /** What was ordered so far. */
  readonly orders: Order[];
  /** Ends MiniStack and the gateway; what it kept stays. */
  stop(): Promise<void>;
}

/**
 * Starts MiniStack without the rest of the AWS part.
 * @param carryOut the data plane: what an order answers; an error's message is its reason
 */
export async function startEmulator(
  carryOut: (order: Order) => Promise<unknown>,
  root = temporaryRoot(0o755),
): Promise<EmulatorUnderTest> {
  const orders: Order[] = [];
  const [port, emulatorPort] = [await freePort(), await freePort()];
  const python = await provideMiniStack(() => undefined);
  const emulator = new Emulator({
    port,
    emulatorPort,
    python,
    layout: layoutOf(root),
    token: "t",
    log: () => undefined,
  });
  const gateway = await startGateway(port, emulator, (request, response) => {
    const name = /^\/_slipway\/([\w-]+)$/.exec(request.url ?? "")?.[1];
    if (!name) return false;
    void readBody(request).then(async (body) => {
      const order = { name, body };
      orders.push(order);
      const [status, content] = await carryOut(order).then(
        (answer) => [200, answer ?? {}] as const,
        (error: Error) => [500, { message: error.message }] as const,
      );
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(content));
    });
    return true;
  });
  emulator.start();
  await emulator.ready();
  const endpoint = `http://127.0.0.1:${port}`;
  const credentials = { accessKeyId: "000000000000", secretAccessKey: "sandbox" };
  return {
    root,
    orders,
    env: { AWS_ENDPOINT_URL: endpoint, AWS_ACCESS_KEY_ID: credentials.accessKeyId, AWS_SECRET_ACCESS_KEY: "sandbox" },
    config: { endpoint, region: "us-west-2", credentials, maxAttempts: 2 },
    async stop() {
      await emulator.stop();
      gateway.closeAllConnections();
      await new Promise((resolve) => gateway.close(resolve));
    },
  };
}

async function readBody(request: http.IncomingMessage): Promise<Record<string, unknown>> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return JSON.parse(text) as Record<string, unknown>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (typeof address !== "object" || !address) throw new Error("no port");
  return address.port;
}
