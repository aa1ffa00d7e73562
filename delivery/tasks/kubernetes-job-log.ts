import https from "node:https";
import type { KubeConfig } from "@kubernetes/client-node";
import type { RunningJob } from "./kubernetes-job.ts";

/** Opens what a container has printed so far and, followed, what it prints until its end. */
export type OpenLog = (
  request: { readonly namespace: string; readonly pod: string; readonly container: string; readonly follow: boolean },
  signal: AbortSignal,
) => Promise<AsyncIterable<string>>;

/**
 * Reads logs of a cluster. By Node's own client: the library's ends the process when a connection is lost in the middle, and
 * gives up a program that is silent for five minutes.
 */
export function logsOf(config: KubeConfig): OpenLog {
  return async ({ namespace, pod, container, follow }, signal) => {
    const url = new URL(`/api/v1/namespaces/${namespace}/pods/${pod}/log`, config.getCurrentCluster()?.server);
    url.search = new URLSearchParams({ container, follow: String(follow) }).toString();
    const options: https.RequestOptions = {};
    await config.applyToHTTPSOptions(options);
    return new Promise((resolve, reject) => {
      const request = https.get(url, { ...options, signal }, (response) => {
        response.setEncoding("utf8");
        if (response.statusCode === 200) return resolve(response);
        response.resume();
        reject(new Error(`the API server answers ${response.statusCode} for the log of ${pod}`));
      });
      request.on("error", reject);
    });
  };
}

/**
 * What a Job's container prints, line by line as it comes. A connection that ends before the container does is made anew, and the
 * lines that were told are passed over.
 */
export class JobLog {
  private readonly open: OpenLog;
  private readonly job: RunningJob;
  private readonly tell: (line: string) => void;
  private readonly stopping = new AbortController();
  private told = 0;
  private pod: string | undefined;
  private following: Promise<void> | undefined;

  constructor(open: OpenLog, job: RunningJob, tell: (line: string) => void) {
    this.open = open;
    this.job = job;
    this.tell = tell;
  }

  /** Tells what the pod prints, from its first line on. Called again, takes up what was interrupted. */
  follow(pod: string): void {
    this.pod = pod;
    this.following ??= this.read(true)
      .catch(() => undefined) // It is taken up again; at the end `drain` says what is wrong.
      .finally(() => {
        this.following = undefined;
      });
  }

  /** Tells the rest of what an ended container has printed. */
  async drain(): Promise<void> {
    await this.following;
    await this.read(false);
  }

  /** Tells no more. */
  stop(): void {
    this.stopping.abort();
  }

  private async read(follow: boolean): Promise<void> {
    const { container, namespace } = this.job;
    const { signal } = this.stopping;
    let count = 0;
    let rest = "";
    const line = (text: string) => {
      count += 1;
      if (count <= this.told || signal.aborted) return;
      this.told = count;
      this.tell(text);
    };
    for await (const chunk of await this.open({ namespace, pod: this.pod ?? "", container, follow }, signal)) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      lines.forEach(line);
    }
    // While it was followed the rest of the line may still be to come.
    if (rest !== "" && !follow) line(rest);
  }
}
