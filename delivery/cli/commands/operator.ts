import type { Command } from "commander";
import { checkoutRoot } from "../../../sandbox/paths.ts";
import { operatorCommandNames, operatorCommands } from "../../tasks/commands.ts";

/** Adds `operator`, which is not shown: it is what `task` runs where the database can be reached. */
export function addOperatorCommand(program: Command): void {
  const operator = program
    .command("operator", { hidden: true })
    .description(
      "What `./slipway task` runs inside a stack's network. The environment names the stack and its database:\nSLIPWAY_STACK, SLIPWAY_ENVIRONMENT, DATABASE_SECRET_ARN, DATABASE_HOST, DATABASE_PORT, DATABASE_NAME.",
    );
  for (const name of operatorCommandNames) {
    operator
      .command(name)
      .description(operatorCommands[name].summary)
      .action(async () => {
        // PostgreSQL's client and the readers of settings are loaded by these commands only.
        const { operatorPlace, operatorWork } = await import("../../tasks/operator.ts");
        for (const line of await operatorWork[name](operatorPlace(checkoutRoot))) process.stdout.write(`${line}\n`);
      });
  }
  // Of a Job in the cluster alone (components/kubernetes-rollout-plan.ts): it has no database, and nobody asks for it by `task`.
  operator
    .command("analyze")
    .description("watch over the canary of a rollout in Kubernetes, and end the rollout when it is not well")
    .action(async () => {
      const [{ analysisOrder, watchCanary }, { connect, eyesOf }] = await Promise.all([
        import("../../tasks/analysis.ts"),
        import("../../tasks/analysis-cluster.ts"),
      ]);
      const order = analysisOrder();
      await watchCanary(order, eyesOf(await connect(order.region), order), (line) => process.stdout.write(`${line}\n`));
    });
}
