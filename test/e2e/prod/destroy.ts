import assert from "node:assert/strict";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import path from "node:path";
import { DescribeClusterCommand, EKSClient } from "@aws-sdk/client-eks";
import { expectCode, type Outcome } from "../support/checkout.ts";
import { leftBehind } from "../support/left-behind.ts";
import { confirmed, type ProdContext } from "./context.ts";

/** The end of production; the last block. */
export function destroyBlock(context: ProdContext): void {
  const destroy = (...more: readonly string[]) => context.checkout.run(["destroy", "prod", ...confirmed, ...more]);

  describe("to be destroyed, without a word on what it protects", () => {
    let outcome: Outcome;
    before(async () => {
      outcome = await destroy();
    });

    it("is refused: names what would go, says that nothing was changed and what to add", () => {
      assert.notEqual(outcome.code, 0);
      assert.match(outcome.stderr, /prod protects \d+ resources from deletion/);
      for (const name of ["prod-database-instance", "prod-pre-production-database-instance", "prod-platform-cluster"])
        assert.match(outcome.stderr, new RegExp(`^ +.*${name}`, "m"));
      assert.match(outcome.stderr, /Nothing was changed\. Add --lift-protection/);
    });

    it("stands as it stood", async () => {
      const { cluster } = await context
        .client(EKSClient)
        .send(new DescribeClusterCommand({ name: context.outputs.cluster.name }));
      assert.deepEqual([cluster?.status, cluster?.deletionProtection], ["ACTIVE", true]);
      const { stdout } = expectCode(await context.checkout.run(["preview", "prod"]), 0);
      assert.match(stdout, /`up prod` would change nothing/);
    });
  });

  describe("destroyed on purpose", () => {
    let outcome: Outcome;
    before(async () => {
      assert.ok(kubernetesProcesses(context.checkout.root).length > 0);
      outcome = await destroy("--lift-protection");
    });

    it("lifts its protection first, and says so", () => {
      expectCode(outcome, 0);
      assert.match(outcome.stderr, /prod protects \d+ resources; lifting the protection first/);
    });

    leftBehind(context);

    it("leaves no program of Kubernetes running", () => {
      assert.deepEqual(kubernetesProcesses(context.checkout.root), []);
    });
  });
}

/** The programs of Kubernetes that run for a checkout: they are of one file, and name its folder or work in it. */
function kubernetesProcesses(root: string): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const [program = "", ...rest] = readFileSync(path.join("/proc", pid, "cmdline"), "utf8").split("\0");
        const folder = readlinkSync(path.join("/proc", pid, "cwd"));
        const ours = `${rest.join(" ")} ${folder}/`.includes(`${root}/`);
        return ours && path.basename(program) === "slipway-kubernetes" ? [`${pid} ${rest.join(" ")}`] : [];
      } catch {
        // It has ended since.
        return [];
      }
    });
}
