import path from "node:path";
import { checkoutRoot } from "../../../sandbox/paths.ts";

const main = path.join(checkoutRoot, "delivery", "cli", "main.ts");
let count = 0;
process.stdout.setMaxListeners(0); // each command adds one

process.on("message", async ({ args, environment }: { args: string[]; environment: Record<string, string> }) => {
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, environment);
  process.argv = [process.execPath, main, ...args];
  process.exitCode = undefined;
  const written = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const)
    process[name].write = ((text: string) => {
      written[name] += text;
      return true;
    }) as typeof process.stdout.write;
  await import(`${main}?${++count}`); // anew for each command; what it imports is loaded once
  process.send?.({ code: process.exitCode ?? 0, ...written });
});

await import("../../../delivery/cli/program.ts");
process.send?.("ready");
