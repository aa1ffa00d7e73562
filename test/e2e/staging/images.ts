import assert from "node:assert/strict";
import { DescribeServicesCommand, DescribeTaskDefinitionCommand, ECSClient } from "@aws-sdk/client-ecs";
import { expectCode } from "../support/checkout.ts";
import { must, type StagingContext } from "./context.ts";

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;

/** What a release does: it names images by digest, and brings the stack up. */
export function imagesBlock(staging: StagingContext): void {
  describe("once images are named", () => {
    before(async () => {
      staging.checkout.edit("Pulumi.staging.yaml", (text) =>
        text.replace(
          "config:\n",
          `config:\n  slipway:images:\n    backend: ${digest("a")}\n    frontend: ${digest("b")}\n    operator: ${digest("c")}\n`,
        ),
      );
      expectCode(await staging.checkout.run(["up", "staging", "--yes"]), 0);
    });

    it("runs the least number of copies of each service, from these images by digest", async () => {
      const ecs = staging.client(ECSClient);
      const { application, registry } = staging.outputs;
      for (const [name, letter] of [
        ["backend", "a"],
        ["frontend", "b"],
      ] as const) {
        const { services } = await ecs.send(
          new DescribeServicesCommand({ cluster: "teamflow-staging", services: [application[name].service] }),
        );
        const service = must(services?.[0], name);
        assert.deepEqual([service.desiredCount, service.runningCount], [1, 1]);
        const { taskDefinition } = await ecs.send(
          new DescribeTaskDefinitionCommand({ taskDefinition: service.taskDefinition }),
        );
        assert.equal(taskDefinition?.containerDefinitions?.[0]?.image, `${registry[name]}@${digest(letter)}`);
      }
    });

    it("runs a one-off task beside the database, with its output and its exit code", async () => {
      const { stdout } = expectCode(await staging.checkout.run(["task", "staging", "migration-status"]), 0);
      assert.match(stdout, /0002_feature_flags/);
      const wrong = await staging.checkout.run(["task", "staging", "no-such-command"]);
      assert.notEqual(wrong.code, 0);
    });

    it("changes nothing when the same images are brought up again", async () => {
      const { stdout } = expectCode(await staging.checkout.run(["preview", "staging"]), 0);
      assert.match(stdout, /`up staging` would change nothing/);
    });

    it("changes nothing either when the settings name them no more, as after a release", async () => {
      staging.checkout.edit("Pulumi.staging.yaml", (text) => text.replace(/^ {2}slipway:images:\n( {4}.*\n)+/m, ""));
      const { stdout } = expectCode(await staging.checkout.run(["preview", "staging"]), 0);
      assert.match(stdout, /`up staging` would change nothing/);
    });
  });
}
