/**
 * The sandbox's daemon, one per checkout: `node supervisor.ts --root <checkout>`. It keeps the parts running and takes
 * orders from `client.ts`. With `--once stop` or `--once reset:<part>,<part>` it does that one thing and ends, for when
 * no supervisor runs but parts, or data, may be there.
 */
import { statSync } from "node:fs";
import { parseArgs } from "node:util";
import { codeVersion, exitBusy, serveControl } from "./control.ts";
import { reason } from "./errors.ts";
import { type Layout, layoutOf, makeDirectories } from "./layout.ts";
import { partNames } from "./parts.ts";
import { newSecret } from "./secrets.ts";
import { Supervisor } from "./supervisor-core.ts";
import { privateDirectory, readIfPresent, writeAtomically } from "./system/files.ts";
import { type Lock, tryLock, waitForLock } from "./system/lock.ts";
import { rotate } from "./system/log-files.ts";
import { identify } from "./system/processes.ts";

/** How often the supervisor looks after its own files, in milliseconds. */
const tick = 1000;

await main();

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { root: { type: "string" }, once: { type: "string" } } });
  if (!values.root) throw new Error("--root is missing");
  const layout = layoutOf(values.root);
  process.umask(0o077);
  makeDirectories(layout);
  for (const name of ["SIGHUP", "SIGINT"] as const) process.on(name, () => undefined);
  try {
    const lock = values.once ? await waitForLock(layout.lockFile, 60_000) : tryLock(layout.lockFile);
    if (!lock) process.exit(exitBusy);
    const supervisor = new Supervisor(layout, lock);
    if (values.once) await doOnce(supervisor, values.once);
    else return await serve(layout, lock, supervisor);
  } catch (error) {
    // The client shows the last lines of this output.
    process.stderr.write(`${reason(error)}\n`);
    process.exit(1);
  }
  process.exit(0);
}

async function doOnce(supervisor: Supervisor, action: string): Promise<void> {
  const [verb, list = ""] = action.split(":");
  const named = partNames.filter((name) => list.split(",").includes(name));
  supervisor.announce(undefined);
  if (verb === "stop") await supervisor.stop();
  else if (verb === "reset") await supervisor.reset(named);
  else throw new Error(`--once ${action} is unknown`);
}

async function serve(layout: Layout, lock: Lock, supervisor: Supervisor): Promise<void> {
  const token = newSecret();
  const version = codeVersion();
  let ending = false;
  const finish = () => {
    supervisor.announce(undefined);
    // Leaves the answer a moment to reach the client.
    setTimeout(() => process.exit(0), 20);
  };
  const end = async (action: () => Promise<void>) => {
    ending = true;
    await action().finally(finish);
  };
  const endQuietly = (action: () => Promise<void>) => {
    end(action).catch((error: unknown) => supervisor.log(reason(error)));
  };
  const stop = () => supervisor.stop();
  process.on("SIGTERM", () => endQuietly(stop));
  const port = await serveControl(
    () => token,
    () => ({ pid: process.pid, version, ending, parts: supervisor.report() }),
    {
      start: ({ parts, settings }) => supervisor.start(parts, settings),
      stop: () => end(stop),
      reset: ({ parts }) => supervisor.reset(parts),
      handover: async () => {
        ending = true;
        await supervisor.settle();
        finish();
      },
    },
  );
  writeAtomically(layout.controlToken, token);
  supervisor.announce({ ...(identify(process.pid) ?? { pid: process.pid, started: "" }), port });
  supervisor.log(`supervisor ${process.pid} begins`);
  setInterval(() => {
    if (ending) return;
    if (lock.isInPlace()) lookAfterFiles(layout, token);
    else endQuietly(checkoutIsDeleted() ? () => supervisor.reset(partNames) : stop);
  }, tick);
  await supervisor.resume();
}

/** Whether our working directory, the checkout, was deleted: not so when it was only moved. */
function checkoutIsDeleted(): boolean {
  return statSync(".").nlink === 0;
}

/** Keeps logs small, and the token where clients look for it. */
function lookAfterFiles(layout: Layout, token: string): void {
  try {
    for (const name of [...partNames, "supervisor"] as const) rotate(layout.log(name));
    if (readIfPresent(layout.controlToken) !== token) {
      privateDirectory(layout.secrets);
      writeAtomically(layout.controlToken, token);
    }
  } catch (error) {
    process.stderr.write(`${reason(error)}\n`);
  }
}
