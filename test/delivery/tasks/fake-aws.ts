import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** What a fake service answers: a body, or an error by its code. */
export type FakeAnswer = object | string | { readonly error: string; readonly message: string };

/** One call of an operation. */
export interface FakeCall {
  readonly operation: string;
  // biome-ignore lint/suspicious/noExplicitAny: each operation has its own input, which the tests know
  readonly input: any;
}

/**
 * A server that speaks the wire formats of ECS and CloudWatch Logs (JSON, the operation in a header) and of RDS (a form, XML
 * back), and answers each operation as a test says.
 */
export class FakeAws {
  readonly calls: FakeCall[] = [];
  private readonly server: Server;
  private readonly answers: Readonly<Record<string, (input: FakeCall["input"]) => FakeAnswer>>;

  constructor(answers: Readonly<Record<string, (input: FakeCall["input"]) => FakeAnswer>>) {
    this.answers = answers;
    this.server = createServer(async (request, response) => {
      const call = await readCall(request);
      this.calls.push(call);
      const answer = this.answers[call.operation]?.(call.input) ?? {
        error: "InvalidAction",
        message: `the test does not answer ${call.operation}`,
      };
      const xml = typeof answer === "string";
      const failed = !xml && "error" in answer;
      response.writeHead(failed ? 400 : 200, { "content-type": xml ? "text/xml" : "application/x-amz-json-1.1" });
      response.end(xml ? answer : JSON.stringify(failed ? { __type: answer.error, message: answer.message } : answer));
    });
  }

  /** Starts it. @returns what a client of the SDK takes */
  async start() {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    const { port } = this.server.address() as AddressInfo;
    return {
      region: "us-west-2",
      endpoint: `http://127.0.0.1:${port}`,
      credentials: { accessKeyId: "000000000000", secretAccessKey: "sandbox" },
      maxAttempts: 1,
    };
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  /** The inputs of all calls of an operation. */
  inputsOf(operation: string): FakeCall["input"][] {
    return this.calls.filter((call) => call.operation === operation).map(({ input }) => input);
  }
}

async function readCall(request: IncomingMessage): Promise<FakeCall> {
  let body = "";
  for await (const part of request.setEncoding("utf8")) body += part;
  const target = request.headers["x-amz-target"];
  if (typeof target === "string") return { operation: target.split(".").at(-1) ?? "", input: JSON.parse(body || "{}") };
  const form = Object.fromEntries(new URLSearchParams(body));
  return { operation: form.Action ?? "", input: form };
}
