import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { Argument, type Command, Option } from "commander";
import { clearFaults, type Fault, faultKinds, listFaults, setFault } from "../../../sandbox/kubernetes/faults.ts";
import { findCluster } from "../../../sandbox/kubernetes/known-clusters.ts";
import { checkoutRoot } from "../../../sandbox/paths.ts";
import { UsageError } from "../../errors.ts";
import { printNote, table } from "../terminal.ts";

const clusterArgument = "the cluster's name, or the stack's";

/** Adds `sandbox kubeconfig|kubectl|faults`, for the clusters of the local AWS. */
export function addClusterCommands(sandbox: Command): void {
  sandbox
    .command("kubeconfig")
    .description(
      "Print an administrator's kubeconfig for a cluster of the sandbox. It holds a token: keep it in a private file.",
    )
    .argument("<cluster>", clusterArgument)
    .action((name: string) => {
      process.stdout.write(readFileSync(findCluster(checkoutRoot, name).kubeconfig, "utf8"));
    });

  sandbox
    .command("kubectl")
    .summary("kubectl for a cluster of the sandbox, as its administrator")
    .description(
      "Run the sandbox's own kubectl as administrator of one of its clusters:\n\n  ./slipway sandbox kubectl prod -- get pods -A",
    )
    .argument("<cluster>", clusterArgument)
    .argument("[words...]", "what kubectl is to do")
    .passThroughOptions()
    .action(async (name: string, words: string[]) => {
      // Commander leaves the dashes by which a user parts kubectl's words from ours.
      const [file, args] = findCluster(checkoutRoot, name).kubectl.command(words[0] === "--" ? words.slice(1) : words);
      const child = spawn(file, args, { stdio: "inherit" });
      process.exitCode = await new Promise<number>((resolve, reject) => {
        child.once("error", reject).once("close", (code) => resolve(code ?? 1));
      });
    });

  sandbox
    .command("faults")
    .summary("let pods of the sandbox fail on request: list, set, clear")
    .description(
      "What the nodes of a cluster of the sandbox do to pods on request:\n\n  ./slipway sandbox faults prod set bad-image --fault ImagePullBackOff --workload backend\n  ./slipway sandbox faults prod set zone-a --fault Lost --zone us-west-2a\n  ./slipway sandbox faults prod list\n  ./slipway sandbox faults prod clear\n\nA fault is about all pods that match every part that is given.",
    )
    .argument("<cluster>", clusterArgument)
    .addArgument(new Argument("[action]", "what to do").choices(["list", "set", "clear"]).default("list"))
    .argument("[names...]", "the fault's name, which is free; `clear` without one clears all")
    .addOption(new Option("--fault <kind>", "what happens").choices(faultKinds))
    .option("--image <part>", "to pods with such an image")
    .option("--namespace <name>", "to pods there")
    .option("--workload <name>", "to pods of that Deployment, StatefulSet, DaemonSet or Job")
    .option("--zone <name>", "to all nodes there, with --fault Lost")
    .action(async (cluster: string, action: "list" | "set" | "clear", names: string[], options: Partial<Fault>) => {
      const { kubectl } = findCluster(checkoutRoot, cluster);
      if (action === "clear") {
        const gone = await clearFaults(kubectl, names);
        printNote(gone.length > 0 ? `cleared: ${gone.join(", ")}` : "there was no such fault");
      } else if (action === "set") {
        const [name, ...more] = names;
        const { fault, ...about } = options;
        if (name === undefined || more.length > 0 || fault === undefined)
          throw new UsageError(
            `A fault has one name and a kind.\n  Write for instance: ./slipway sandbox faults ${cluster} set bad-image --fault ImagePullBackOff --workload backend`,
          );
        await setFault(kubectl, name, { fault, ...about });
      }
      if (action !== "clear") printFaults(await listFaults(kubectl));
    });
}

function printFaults(faults: ReadonlyMap<string, Fault>): void {
  if (faults.size === 0) {
    printNote("no fault is set");
    return;
  }
  const rows = [...faults].map(([name, { fault, ...about }]) => [
    name,
    fault,
    Object.entries(about)
      .map(([part, value]) => `${part} ${value}`)
      .join(", ") || "all pods",
  ]);
  process.stdout.write(`${table(rows)}\n`);
}
