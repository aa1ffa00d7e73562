import type { Layout } from "./layout.ts";
import type { PartName } from "./parts.ts";
import type { ProcessInfo } from "./system/processes.ts";

/** What the supervisor and the parts inherit from the caller: no credential of the caller's shell is among it. */
const inherited = ["PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "TZ", "SLIPWAY_CACHE", "XDG_CACHE_HOME"] as const;

const markName = "SLIPWAY_SANDBOX_PART";

/** The few variables that a program needs to run at all. */
export function baseEnvironment(env: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const present = inherited
    .map((name) => [name, env[name]] as const)
    .filter((pair): pair is [(typeof inherited)[number], string] => Boolean(pair[1]));
  return Object.fromEntries(present);
}

/** The variable by which a part's processes are found even when no record of them was written. */
export function markOf(layout: Layout, part: PartName): Record<string, string> {
  return { [markName]: `${layout.id}/${part}` };
}

/** Whether a process carries the mark of a part of this checkout. */
export function carriesMark(process: ProcessInfo, layout: Layout, part: PartName): boolean {
  return process.environment.split(/[\0 ]/).includes(`${markName}=${layout.id}/${part}`);
}
