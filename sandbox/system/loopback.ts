import http from "node:http";

/** A request to one of our own servers. */
export interface LoopbackRequest {
  readonly port: number;
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly token?: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Milliseconds. */
  readonly timeout: number;
}

/** One HTTP exchange with 127.0.0.1 that no proxy setting can lead astray. */
export function ask(request: LoopbackRequest): Promise<{ status: number; body: string }> {
  const body = request.body === undefined ? undefined : JSON.stringify(request.body);
  return new Promise((resolve, reject) => {
    const sent = http.request(
      {
        host: "127.0.0.1",
        port: request.port,
        method: request.method,
        path: request.path,
        agent: new http.Agent(),
        headers: {
          ...(request.token ? { authorization: `Bearer ${request.token}` } : {}),
          ...(body === undefined
            ? {}
            : { "content-type": "application/json", "content-length": Buffer.byteLength(body) }),
        },
        signal: AbortSignal.timeout(request.timeout),
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk)).once("error", reject);
        response.once("end", () =>
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
        );
      },
    );
    sent.once("error", reject);
    sent.end(body);
  });
}
