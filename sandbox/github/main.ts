/**
 * The local GitHub as a process: `node sandbox/github/main.ts --port N --data DIR [--parent PID]`, with the path of the
 * bot's token in SLIPWAY_GITHUB_TOKEN_FILE. Ends on SIGTERM and SIGINT, and when the process PID is gone.
 */
import { UserError } from "../../delivery/errors.ts";
import { identify, isAlive } from "../system/processes.ts";
import { readOptions } from "./options.ts";
import { startGitHub } from "./server.ts";

const log = (line: string): void => console.log(`${new Date().toISOString()} ${line}`);

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2), process.env);
  const github = await startGitHub({ ...options, log });
  log(`listening on ${github.url}, state in ${options.data}`);
  const stop = (why: string): void => {
    log(`stopping: ${why}`);
    github.stop().then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    );
  };
  process.once("SIGTERM", () => stop("SIGTERM"));
  process.once("SIGINT", () => stop("SIGINT"));
  if (options.parent !== undefined) watch(options.parent, () => stop("the parent process is gone"));
}

/** Calls `gone` once when the process ends; the number alone would not do, since numbers are used again. */
function watch(pid: number, gone: () => void): void {
  const parent = identify(pid);
  const timer = setInterval(() => {
    if (parent && isAlive(parent)) return;
    clearInterval(timer);
    gone();
  }, 500);
}

function fail(error: unknown): void {
  console.error(error instanceof UserError ? error.message : error);
  process.exit(error instanceof UserError ? error.exitCode : 1);
}

main().catch(fail);
