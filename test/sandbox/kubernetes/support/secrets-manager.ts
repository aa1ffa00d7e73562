import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** Secrets Manager as far as the nodes ask it. */
export class TestSecretsManager {
  /** What there is, by name. */
  readonly secrets = new Map<string, string>();
  /** Who asked, as `account/region`. */
  readonly callers = new Set<string>();
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk) => {
        body += chunk;
      });
      request.on("end", () => {
        const credential = /Credential=(\d+)\/\d{8}\/([\w-]+)\/secretsmanager\//.exec(
          request.headers.authorization ?? "",
        );
        if (credential) this.callers.add(`${credential[1]}/${credential[2]}`);
        const value = this.secrets.get(JSON.parse(body).SecretId);
        const known = value !== undefined && request.headers["x-amz-target"] === "secretsmanager.GetSecretValue";
        response.writeHead(known ? 200 : 400, { "content-type": "application/x-amz-json-1.1" });
        response.end(
          JSON.stringify(
            known
              ? { SecretString: value }
              : { __type: "ResourceNotFoundException", message: "Secrets Manager can't find the specified secret." },
          ),
        );
      });
    });
  }

  static async start(): Promise<TestSecretsManager> {
    const manager = new TestSecretsManager();
    await new Promise<void>((resolve) => manager.server.listen(0, "127.0.0.1", resolve));
    return manager;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
