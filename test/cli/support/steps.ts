/** Runs two steps and shows their progress; STEPS says how: "quiet", "fail" to let the second one fail, "signal" to be stopped in it. */
import { setTimeout as sleep } from "node:timers/promises";
import { runSteps } from "../../../delivery/cli/progress.ts";

const how = process.env.STEPS;
// A terminal as far as the display asks.
if (how === "signal") process.stderr.isTTY = true;

/** As Ctrl-C does, once the display has been drawn. */
async function stopped(): Promise<never> {
  await sleep(300);
  process.kill(process.pid, "SIGINT");
  return new Promise(() => setInterval(() => {}, 1000));
}

await runSteps(
  [
    {
      title: "Toolchain",
      run: async (report) => {
        report("this comes too soon after the title to be worth a line");
        return "ready";
      },
    },
    {
      title: "Sandbox",
      run: async () => {
        if (how === "fail") throw new Error("no room");
        if (how === "signal") await stopped();
        return undefined;
      },
    },
  ],
  how === "quiet" ? { quiet: true } : {},
).catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
