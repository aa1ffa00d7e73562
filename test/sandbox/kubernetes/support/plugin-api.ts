import https from "node:https";

/** What the API server says of an object, as far as the tests look. */
export interface ApiObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly generation?: number;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
  };
  // biome-ignore lint/suspicious/noExplicitAny: objects of any kind are read.
  readonly [field: string]: any;
}

/** Requests to an API server as its administrator. */
export class ClusterApi {
  private readonly options: https.RequestOptions;

  constructor(port: number, token: string, authority: string) {
    const agent = new https.Agent({ keepAlive: true, ca: authority });
    this.options = { host: "127.0.0.1", port, agent, headers: { authorization: `Bearer ${token}` } };
  }

  /** The answer to a request. @throws Error with the API server's words for anything but a success */
  ask(method: string, path: string, body?: unknown, type = "application/json"): Promise<ApiObject> {
    return new Promise((resolve, reject) => {
      const text = body === undefined ? "" : JSON.stringify(body);
      // Node would send the body of a DELETE without its length.
      const length = { "content-length": Buffer.byteLength(text) };
      const headers = { ...this.options.headers, "content-type": type, ...length };
      const request = https.request({ ...this.options, headers, method, path }, (response) => {
        let answer = "";
        response.setEncoding("utf8").on("data", (chunk: string) => {
          answer += chunk;
        });
        response.on("error", reject).on("end", () => {
          if ((response.statusCode ?? 500) < 300) resolve(JSON.parse(answer));
          else reject(new Error(`${method} ${path}: ${response.statusCode} ${answer}`));
        });
      });
      request.on("error", reject).end(text);
    });
  }

  get(path: string): Promise<ApiObject> {
    return this.ask("GET", path);
  }

  /** Whether there is something at a path. */
  async has(path: string): Promise<boolean> {
    return this.get(path).then(
      () => true,
      (error: unknown) => {
        if (String(error).includes(": 404 ")) return false;
        throw error;
      },
    );
  }

  async list(path: string): Promise<readonly ApiObject[]> {
    return (await this.get(path)).items as readonly ApiObject[];
  }

  merge(path: string, body: unknown): Promise<ApiObject> {
    return this.ask("PATCH", path, body, "application/merge-patch+json");
  }
}
