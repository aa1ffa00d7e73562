import type { Command } from "commander";
import { readSettings } from "../../../../infra/stack-file.ts";
import { checkoutRoot } from "../../../../sandbox/paths.ts";
import { UserError } from "../../../errors.ts";
import { updateMessage } from "../../../evidence/observed-updates.ts";
import { checkoutProblems } from "../../../release/checkout-check.ts";
import { Repository } from "../../../release/repository.ts";
import { deploy, type Execution } from "../../../release/service/deploy.ts";
import type { Desk } from "../../../release/service/desk.ts";
import { getBundle } from "../../../release/store/bundles.ts";
import { getPromotion } from "../../../release/store/promotions.ts";
import { standingOf } from "../../../release/store/standing.ts";
import { printJson, printNote } from "../../terminal.ts";
import { upForRelease } from "../stack.ts";
import { answerText, gateExitCodes } from "./answer-text.ts";
import { releasedImages } from "./images.ts";
import { atDesk, numberOf, type ReleaseOptions, type ReleaseSession, releaseCommand } from "./session.ts";

/** Adds `release deploy`. */
export function addDeploy(release: Command): void {
  releaseCommand(release, "deploy", {
    summary:
      "Ask the gate and, when it is open, bring the environment's stack up with the bundle's images. A command that was killed goes on when\nit is run again. Exit code 3 when the gate says not now.",
    example: "./slipway release deploy 7",
  })
    .argument("<promotion>", "its number")
    .action((promotion: string, options: ReleaseOptions) =>
      atDesk(options, (session) => runDeployment(session, numberOf("promotion", promotion), options)),
    );
}

/** Deploys a promotion, says how it went, and sets the exit code. */
export async function runDeployment(
  { desk, sandbox }: ReleaseSession,
  id: number,
  options: Pick<ReleaseOptions, "json">,
): Promise<void> {
  await requireApprovedCheckout(desk, id);
  const result = await deploy(desk, id, (work) => bringUp(work, sandbox));
  const { answer, deployment, resumed } = result;
  if (options.json) printJson({ ...(deployment && { deployment }), resumed, gate: answer.answer });
  else if (deployment === undefined) process.stdout.write(`${answerText(answer.answer)}\n`);
  else if (deployment.outcome === "succeeded")
    printNote(
      `deployment ${deployment.id} to ${deployment.environment} succeeded; verify it: ./slipway release verify ${deployment.environment}`,
    );
  if (deployment === undefined) process.exitCode = gateExitCodes[answer.answer.verdict];
  else if (deployment.outcome !== "succeeded") {
    process.exitCode = 1;
    if (!options.json)
      throw new UserError(
        `Deployment ${deployment.id} to ${deployment.environment} failed: ${deployment.reason}\n  What ran before runs on where the platform could keep it. Mend it and ask for a new promotion, or go back: ./slipway release rollback ${deployment.environment} --reason "..."`,
      );
  }
}

/**
 * What was approved is what goes out: the bundle's images and, of this checkout, the rest. A rollback takes images back and nothing
 * else, so that it may run from any checkout.
 *
 * @throws UserError before anything is started, when the checkout is another one
 */
async function requireApprovedCheckout({ client, process: rules }: Desk, id: number): Promise<void> {
  const promotion = await getPromotion(client, id);
  if (promotion.rollback) return;
  const bundle = await getBundle(client, promotion.bundle);
  const standing = await standingOf(client, promotion.environment);
  const problems = await checkoutProblems(rules, bundle.deployables, standing, new Repository(checkoutRoot));
  if (problems.length > 0)
    throw new UserError(
      `This checkout is not what bundle ${bundle.version} was made of; nothing was deployed.\n${problems.map((problem) => `  ${problem}`).join("\n")}\n  Check out the commit of the bundle (git switch --detach <commit>), or record a bundle of this one and promote that.`,
    );
}

/** @returns why it did not come about; undefined when it did */
async function bringUp(
  { bundle, deployment, promotion, stack }: Execution,
  sandbox: boolean,
): Promise<string | undefined> {
  const { environment: main, platform } = readSettings(checkoutRoot, stack);
  // On this machine services are the developer's own processes.
  const images = platform === "local" ? [] : releasedImages(bundle, promotion.environment, main);
  try {
    if (await upForRelease(stack, images, updateMessage(deployment), sandbox)) return undefined;
    return `\`up ${stack}\` failed; its output says why.`;
  } catch (error) {
    if (error instanceof UserError) return error.message.split("\n")[0] ?? "it failed";
    throw error;
  }
}
