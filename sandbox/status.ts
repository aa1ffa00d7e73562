import { awsEnvironment } from "./aws/environment.ts";
import { readReport } from "./client.ts";
import { SandboxError } from "./errors.ts";
import { type Layout, layoutOf } from "./layout.ts";
import { localParts, type PartName, type PartStatus, partNames } from "./parts.ts";
import { loadState, type SandboxState } from "./state.ts";
import type { PartReport } from "./supervisor-core.ts";
import { readIfPresent } from "./system/files.ts";
import { follow, tail } from "./system/log-files.ts";
import { isAlive } from "./system/processes.ts";

/** What every part is doing; one that only some stacks need is named once it was wanted. Asks the supervisor; without one, looks at the processes that it left. */
export async function sandboxStatus(root: string): Promise<PartStatus[]> {
  const layout = layoutOf(root);
  const report = await readReport(layout);
  const state = loadState(layout);
  const wanted = (name: PartName) => localParts.includes(name) || (state?.desired.includes(name) ?? false);
  if (report) return report.parts.filter(({ name }) => wanted(name)).map((part) => statusOf(part, layout));
  return partNames.filter(wanted).map((name) => unsupervised(name, state, layout));
}

/**
 * The environment variables by which programs reach the parts that were started.
 * @throws SandboxError when the sandbox was not started
 */
export function endpointEnvironment(root: string): Record<string, string> {
  const layout = layoutOf(root);
  const state = loadState(layout);
  if (!state || state.desired.length === 0) {
    throw new SandboxError({
      what: "The sandbox does not run.",
      where: layout.sandbox,
      remedy: "Start it: ./slipway sandbox start.",
    });
  }
  return Object.assign({}, ...state.desired.map((name) => endpointsOf(name, state, layout)));
}

/**
 * The last lines of a part's log (the supervisor's with "supervisor"), and, when following, each new one until `signal`.
 * @param options.lines how many lines of the past. @default 50
 */
export function sandboxLogs(
  root: string,
  part: PartName | "supervisor",
  options: { readonly follow?: boolean; readonly lines?: number; readonly signal?: AbortSignal } = {},
): AsyncIterable<string> {
  const file = layoutOf(root).log(part);
  const lines = options.lines ?? 50;
  return options.follow ? follow(file, lines, options.signal) : past(file, lines);
}

async function* past(file: string, lines: number): AsyncGenerator<string> {
  yield* tail(file, lines);
}

function endpointsOf(name: PartName, { ports }: SandboxState, layout: Layout): Record<string, string> {
  const url = (port: string, scheme = "http") => `${scheme}://127.0.0.1:${ports[port]}`;
  switch (name) {
    case "postgres":
      return { PGHOST: "127.0.0.1", PGPORT: String(ports.postgres), PGUSER: "postgres", PGPASSFILE: layout.pgpass };
    case "cache":
      return { REDIS_URL: url("cache", "redis") };
    case "github":
      return {
        GITHUB_BASE_URL: `${url("github")}/`,
        GITHUB_TOKEN: readIfPresent(layout.githubToken)?.trim() ?? "",
        GITHUB_OWNER: "teamflow",
      };
    case "inbox":
      return {
        SLACK_WEBHOOK_URL: `${url("inbox")}/slack/deployments`,
        SMTP_URL: url("inbox-smtp", "smtp"),
        SLIPWAY_INBOX_URL: `${url("inbox")}/`,
      };
    case "aws":
      return awsEnvironment(url("aws"), layout);
  }
}

function statusOf({ name, phase, detail, pid, port }: PartReport, layout: Layout): PartStatus {
  const state = phase === "ready" ? "running" : phase === "stopped" || phase === "failed" ? "stopped" : "unhealthy";
  return {
    name,
    state,
    detail,
    log: layout.log(name),
    ...(pid === undefined ? {} : { pid }),
    ...(port === undefined ? {} : { port }),
  };
}

function unsupervised(name: PartName, state: SandboxState | undefined, layout: Layout): PartStatus {
  const record = state?.processes[name];
  const port = state?.ports[name];
  const common = { name, log: layout.log(name), ...(port === undefined ? {} : { port }) };
  if (!record || !isAlive(record)) return { ...common, state: "stopped", detail: "stopped" };
  return {
    ...common,
    state: "running",
    pid: record.pid,
    detail: "runs without its supervisor; ./slipway sandbox start brings that back",
  };
}
