import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { DescribeDBInstancesCommand, RDSClient } from "@aws-sdk/client-rds";
import { checkoutRoot } from "../../../sandbox/paths.ts";
import { expectCode } from "../support/checkout.ts";
import type { StagingContext } from "./context.ts";

/** Other stacks in the same account: a shared development environment, and a pull request's. */
export function neighboursBlock(staging: StagingContext): void {
  describe("beside other stacks of the account", () => {
    const names = async () => {
      const { DBInstances } = await staging.client(RDSClient).send(new DescribeDBInstancesCommand({}));
      return DBInstances?.map(({ DBInstanceIdentifier }) => DBInstanceIdentifier).sort();
    };

    it("brings up development on ECS, from the settings that the documentation gives", async () => {
      const settings = readFileSync(path.join(checkoutRoot, "docs/templates/Pulumi.dev.ecs.yaml"), "utf8");
      staging.checkout.edit("Pulumi.dev.yaml", () => settings);
      expectCode(await staging.checkout.run(["up", "dev", "--yes"]), 0);
      const { stdout } = expectCode(await staging.checkout.run(["preview", "dev"]), 0);
      assert.match(stdout, /`up dev` would change nothing/);
    });

    it("brings up the environment of a pull request, small and without protection", async () => {
      expectCode(await staging.checkout.run(["up", "pr-7", "--yes"]), 0);
      const { stdout } = expectCode(await staging.checkout.run(["features", "list", "--json"]), 0);
      assert.match(stdout, /"pr-7"/);
      assert.deepEqual(await names(), ["teamflow-dev", "teamflow-pr-7", "teamflow-staging"]);
    });

    it("signs a stack that is held to an account in to that one, which the local AWS has too", async () => {
      const settings = staging.checkout.read("Pulumi.dev.yaml");
      staging.checkout.edit("Pulumi.dev.yaml", (text) =>
        text.replace("region: us-west-2", 'region: us-west-2\n    accountId: "333333333333"'),
      );
      const { stdout } = expectCode(await staging.checkout.run(["env", "dev", "--json"]), 0);
      assert.equal((JSON.parse(stdout) as { set: Record<string, string> }).set.AWS_ACCESS_KEY_ID, "333333333333");
      staging.checkout.edit("Pulumi.dev.yaml", () => settings);
    });

    it("takes a pull request's environment and development away again, and leaves staging as it was", async () => {
      expectCode(await staging.checkout.run(["destroy", "pr-7", "--yes"]), 0);
      expectCode(await staging.checkout.run(["destroy", "dev", "--yes"]), 0);
      assert.deepEqual(await names(), ["teamflow-staging"]);
      const { stdout } = expectCode(await staging.checkout.run(["preview", "staging"]), 0);
      assert.match(stdout, /`up staging` would change nothing/);
    });
  });
}
