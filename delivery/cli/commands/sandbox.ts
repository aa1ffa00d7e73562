import { rmSync } from "node:fs";
import path from "node:path";
import { Argument, type Command, InvalidArgumentError } from "commander";
import {
  type PartName,
  partNames,
  resetSandbox,
  sandboxLogs,
  sandboxStatus,
  startSandbox,
  stopSandbox,
} from "../../../sandbox/index.ts";
import { clusterStatuses } from "../../../sandbox/kubernetes/known-clusters.ts";
import { checkoutRoot, stateDirectory } from "../../../sandbox/paths.ts";
import { UserError } from "../../errors.ts";
import { backendDirectory } from "../engine/environment.ts";
import { runSteps } from "../progress.ts";
import { readyToolchain, sandboxPrograms } from "../ready.ts";
import { printJson, printNote, styled, table } from "../terminal.ts";
import { addClusterCommands } from "./sandbox-clusters.ts";

/** Adds `sandbox start|stop|status|reset|logs`, and what concerns its clusters. */
export function addSandboxCommand(program: Command): void {
  const sandbox = program
    .command("sandbox")
    .summary("the local PostgreSQL, cache, GitHub and inbox: start, stop, status, reset, logs")
    .description(
      "The sandbox: everything that the dev stack needs, as processes of this machine, on 127.0.0.1 only.\nIts state is under .slipway/ of this checkout.",
    );

  sandbox
    .command("start")
    .description("Start what is not running; what runs stays as it is.")
    .action(async () => {
      await runSteps([
        {
          title: "Sandbox",
          run: async (report) => {
            await startSandbox({
              root: checkoutRoot,
              ...sandboxPrograms(await readyToolchain(checkoutRoot, report)),
              report: ({ part, phase }) => report(`${part}: ${phase}`),
            });
            return "running";
          },
        },
      ]);
      await printStatus(false);
    });

  sandbox
    .command("stop")
    .description("Stop every part. Data stays.")
    .action(async () => {
      await stopSandbox(checkoutRoot);
      printNote("the sandbox is stopped; its data stays (./slipway sandbox reset removes it)");
    });

  sandbox
    .command("status")
    .description("Show each part: whether it runs, and where it listens. Exit 1 when one is not healthy.")
    .option("--json", "as JSON")
    .action(async (options: { json?: boolean }) => {
      process.exitCode = (await printStatus(options.json ?? false)) ? 0 : 1;
    });

  sandbox
    .command("reset")
    .description("Stop the sandbox and remove the data of the named parts, or of all of them.")
    .addArgument(new Argument("[part...]", "what to remove; all when none is named").choices(partNames))
    .option("--yes", "do not ask")
    .action(async (parts: PartName[], options: { yes?: boolean }) => {
      const what = parts.length > 0 ? parts.join(", ") : "all parts, and the state of the stacks that live in it";
      if (!options.yes) await confirm(`Remove the data of ${what}?`);
      await resetSandbox(checkoutRoot, parts.length > 0 ? parts : undefined);
      if (parts.length === 0) rmSync(backendDirectory(checkoutRoot), { recursive: true, force: true });
      // They are of a log that went with PostgreSQL, and would tell of the next one that it was cut.
      if (parts.length === 0 || parts.includes("postgres"))
        rmSync(path.join(stateDirectory(checkoutRoot), "audit", "checkpoints"), { recursive: true, force: true });
      printNote(`removed: ${what}`);
      if (parts.includes("github"))
        printNote("the stacks do not know of it: ./slipway up <stack> --refresh builds again what they had in GitHub");
    });

  sandbox
    .command("logs")
    .description("Print the log of a part.")
    .addArgument(new Argument("<part>", "whose log").choices([...partNames, "supervisor"]))
    .option("-n, --lines <count>", "how many of the last lines", parseCount, 50)
    .option("-f, --follow", "go on as lines come")
    .action(async (part: PartName | "supervisor", options: { lines: number; follow?: boolean }) => {
      for await (const line of sandboxLogs(checkoutRoot, part, {
        lines: options.lines,
        follow: options.follow ?? false,
      }))
        process.stdout.write(`${line}\n`);
    });

  addClusterCommands(sandbox);
}

/** @returns whether every part is healthy */
async function printStatus(json: boolean): Promise<boolean> {
  const parts = await sandboxStatus(checkoutRoot);
  const clusters = await clusterStatuses(checkoutRoot);
  if (json) printJson([...parts, ...clusters.map(({ name, ...cluster }) => ({ name: `cluster ${name}`, ...cluster }))]);
  else {
    const color = { running: "green", stopped: "gray", unhealthy: "red" } as const;
    const rows = [
      ...parts.map(({ name, state, port, detail }) => [name, state, port ? `127.0.0.1:${port}` : "", detail] as const),
      ...clusters.map(
        ({ name, state, endpoint, account, region }) =>
          [`cluster ${name}`, state, endpoint.replace("https://", ""), `account ${account}, ${region}`] as const,
      ),
    ];
    process.stdout.write(
      `${table(rows.map(([name, state, address, detail]) => [name, styled(color[state], state), address, detail]))}\n`,
    );
  }
  return [...parts, ...clusters].every(({ state }) => state === "running");
}

function parseCount(value: string): number {
  if (!/^\d+$/.test(value)) throw new InvalidArgumentError("It takes a whole number.");
  return Number(value);
}

async function confirm(question: string): Promise<void> {
  if (!process.stdin.isTTY) throw new UserError(`${question}\n  This is not a terminal: add --yes if you are sure.`);
  const { createInterface } = await import("node:readline/promises");
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await lines.question(`${question} [y/N] `);
  lines.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw new UserError("Nothing was removed.");
}
