import assert from "node:assert/strict";
import { z } from "zod";
import { expectCode } from "../support/checkout.ts";
import type { StagingContext } from "./context.ts";

const answerSchema = z.object({ backendUrl: z.string(), made: z.array(z.string()) });

/** The state backend of a first-time user: made by one command, and used by the real engine. */
export function backendBlock(staging: StagingContext): void {
  describe("beside a state backend in S3", () => {
    let made: z.infer<typeof answerSchema>;
    const create = async () => {
      const args = ["backend", "create", "staging", "--yes", "--json"];
      const { stdout } = expectCode(await staging.checkout.run(args, staging.environment), 0);
      return answerSchema.parse(JSON.parse(stdout));
    };

    it("makes bucket, key and stack once, and nothing the second time", async () => {
      made = await create();
      assert.match(made.backendUrl, /^s3:\/\/teamflow-pulumi-state-000000000000-us-west-2\?/);
      assert.ok(made.made.length > 5, made.made.join());
      assert.deepEqual((await create()).made, []);
    });

    it("names the key in the stack's file, and leaves the rest of it alone, comments too", () => {
      const text = staging.checkout.read("Pulumi.staging.yaml");
      assert.match(text, /^secretsprovider: awskms:\/\/\/alias\/teamflow-pulumi-state\?.*context_Stack=staging/m);
      assert.match(text, /^encryptedkey: /m);
      assert.match(text, /# Staging: integration tests/);
    });

    it("keeps the state there: the real engine reads it, with the key for its secrets", async () => {
      const variables = { ...staging.environment, PULUMI_BACKEND_URL: made.backendUrl };
      const { stdout } = expectCode(await staging.checkout.shell("pulumi stack ls --json", variables), 0);
      assert.match(stdout, /"name": "staging"/);
      const secret =
        "pulumi config set --secret probe planted --stack staging && pulumi config get probe --stack staging";
      assert.match(expectCode(await staging.checkout.shell(secret, variables), 0).stdout, /planted/);
      assert.doesNotMatch(staging.checkout.read("Pulumi.staging.yaml"), /planted/);
      expectCode(await staging.checkout.shell("pulumi config rm probe --stack staging", variables), 0);
    });

    it("is none of the sandbox's business, whose own state goes on", async () => {
      const { stdout } = expectCode(await staging.checkout.run(["preview", "staging"]), 0);
      assert.match(stdout, /`up staging` would change nothing/);
    });
  });
}
