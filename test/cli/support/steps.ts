/** Runs two steps and shows their progress; STEPS says how: "quiet", or "fail" to let the second one fail. */
import { runSteps } from "../../../delivery/cli/progress.ts";

const how = process.env.STEPS;

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
        return undefined;
      },
    },
  ],
  how === "quiet" ? { quiet: true } : {},
).catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
