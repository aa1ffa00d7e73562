import { createHash } from "node:crypto";
import { existsSync, realpathSync } from "node:fs";
import path from "node:path";
import type { PartName } from "./parts.ts";
import { stateDirectory } from "./paths.ts";
import { openDirectory, privateDirectory } from "./system/files.ts";

/** Where one checkout's sandbox keeps its files. All paths are absolute. */
export interface Layout {
  /** The checkout, symbolic links resolved: two names of one folder are one sandbox. */
  readonly root: string;
  /** Sixteen hex digits that stand for the checkout in process titles and shared folders. */
  readonly id: string;
  readonly stateDirectory: string;
  readonly secrets: string;
  readonly logs: string;
  readonly sandbox: string;
  readonly stateFile: string;
  /** Held by the running supervisor (`system/lock.ts`). */
  readonly lockFile: string;
  readonly pgpass: string;
  readonly githubToken: string;
  /** What a client shows to the supervisor's control port. */
  readonly controlToken: string;
  /** A part's data; for PostgreSQL under root it may be a link to a folder outside the checkout. */
  data(part: PartName): string;
  log(name: PartName | "supervisor"): string;
}

/** The layout of the sandbox of the checkout at `root`. */
export function layoutOf(root: string): Layout {
  const real = realpathSync(root);
  const state = stateDirectory(real);
  const secrets = path.join(state, "secrets");
  const logs = path.join(state, "logs");
  const sandbox = path.join(state, "sandbox");
  return {
    root: real,
    id: createHash("sha256").update(real).digest("hex").slice(0, 16),
    stateDirectory: state,
    secrets,
    logs,
    sandbox,
    stateFile: path.join(sandbox, "state.json"),
    lockFile: path.join(sandbox, "supervisor.lock"),
    pgpass: path.join(secrets, "pgpass"),
    githubToken: path.join(secrets, "github-token"),
    controlToken: path.join(secrets, "supervisor-token"),
    data: (part) => path.join(sandbox, part),
    log: (name) => path.join(logs, `${name}.log`),
  };
}

/**
 * Makes the folders of a sandbox. Secrets and logs are private; the folders above PostgreSQL's data may be passed through,
 * because under root it runs as another account. A state folder that exists keeps its mode.
 */
export function makeDirectories(layout: Layout): void {
  if (!existsSync(layout.stateDirectory)) openDirectory(layout.stateDirectory);
  openDirectory(layout.sandbox);
  for (const directory of [layout.secrets, layout.logs]) privateDirectory(directory);
}
