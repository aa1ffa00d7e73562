import type { Command } from "commander";
import { UsageError } from "../../errors.ts";

/** Adds `eks-token`, which is not shown: what stands in for `aws eks get-token` (sandbox/toolchain/shims/aws) calls it with that command's words. */
export function addEksTokenCommand(program: Command): void {
  program
    .command("eks-token", { hidden: true })
    .description("Print a token for a cluster of EKS as kubectl wants it: what `aws eks get-token` does.")
    .argument("[words...]", "the words `eks get-token`, which may come with it")
    .requiredOption("--cluster-name <name>", "the cluster")
    .option("--region <name>", "its region (else AWS_REGION)")
    .option("--output <format>", "json is the only one")
    .action(async (_words: string[], options: { clusterName: string; region?: string }) => {
      const region = options.region ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION;
      if (!region) throw new UsageError("The cluster's region is not known.\n  Add --region, or set AWS_REGION.");
      // Kubernetes clients read standard output; nothing else is loaded that could print or take time.
      const { eksToken, signerOf } = await import("../../aws/eks-token.ts");
      process.stdout.write(`${JSON.stringify(await eksToken(options.clusterName, await signerOf(region)))}\n`);
    });
}
