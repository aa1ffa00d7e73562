import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/**
 * A process, known by its number and by when it started: numbers are used again by the system, the pair is not.
 * Compare `started` only for equality.
 */
export interface ProcessIdentity {
  readonly pid: number;
  readonly started: string;
}

/** What the system tells of a process. Text is empty where the system does not say. */
export interface ProcessInfo {
  readonly pid: number;
  /** Arguments or process title, joined by spaces. */
  readonly command: string;
  /** `NAME=value` entries, separated by NUL (Linux) or spaces (macOS). */
  readonly environment: string;
}

const linux = process.platform === "linux";

/** The identity of a living process, or undefined when there is none (a zombie counts as none). */
export function identify(pid: number): ProcessIdentity | undefined {
  const started = linux ? startedOnLinux(pid) : startedByPs(pid);
  return started === undefined ? undefined : { pid, started };
}

/** Whether exactly this process is alive. */
export function isAlive(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.started === identity.started;
}

/**
 * Signals exactly this process, or its whole group when it leads one. A process that ended meanwhile is no error.
 * @returns whether there was something to signal
 */
export function signal(
  identity: ProcessIdentity,
  name: NodeJS.Signals,
  options: { readonly group?: boolean } = {},
): boolean {
  if (!isAlive(identity)) return false;
  if (options.group && send(-identity.pid, name)) return true;
  return send(identity.pid, name);
}

/** All living processes for which `matches` says yes; never this one. */
export function findProcesses(matches: (info: ProcessInfo) => boolean): ProcessIdentity[] {
  const found = linux ? listOnLinux() : listByPs();
  return found
    .filter((info) => info.pid !== process.pid && matches(info))
    .map((info) => identify(info.pid))
    .filter((identity) => identity !== undefined);
}

function send(pid: number, name: NodeJS.Signals): boolean {
  try {
    process.kill(pid, name);
    return true;
  } catch {
    return false;
  }
}

/** Start in clock ticks since boot (proc(5), field 22), with the boot's id, since ticks begin anew with each boot. */
function startedOnLinux(pid: number): string | undefined {
  const stat = readProc(`${pid}/stat`);
  if (stat === undefined) return undefined;
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state, ticks] = [fields[0], fields[19]];
  if (state === "Z" || state === "X" || ticks === undefined) return undefined;
  return `${readProc("sys/kernel/random/boot_id")?.trim() ?? ""} ${ticks}`;
}

function startedByPs(pid: number): string | undefined {
  const line = ps(["-o", "stat=,lstart=", "-p", String(pid)]).trim();
  const [state, ...started] = line.split(/\s+/);
  return !state || state.startsWith("Z") ? undefined : started.join(" ");
}

function listOnLinux(): ProcessInfo[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map((pid) => ({
      pid: Number(pid),
      command: (readProc(`${pid}/cmdline`) ?? "").replaceAll("\0", " ").trim(),
      environment: readProc(`${pid}/environ`) ?? "",
    }));
}

/** On macOS `-E` appends the environment of one's own processes to the command. */
function listByPs(): ProcessInfo[] {
  return ps(["-axww", "-E", "-o", "pid=,command="])
    .split("\n")
    .map((line) => /^\s*(\d+)\s+(.*)$/.exec(line))
    .filter((match) => match !== null)
    .map(([, pid, command = ""]) => ({ pid: Number(pid), command, environment: command }));
}

function ps(args: string[]): string {
  try {
    return execFileSync("ps", args, {
      encoding: "utf8",
      env: { PATH: process.env.PATH, LC_ALL: "C", TZ: "UTC" },
      stdio: ["ignore", "pipe", "ignore"],
    });
  } catch {
    return "";
  }
}

function readProc(name: string): string | undefined {
  try {
    return readFileSync(`/proc/${name}`, "utf8");
  } catch {
    return undefined;
  }
}
