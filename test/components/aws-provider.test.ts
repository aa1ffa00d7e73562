import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { AwsProvider, explainIdentityError, requireAccount } from "../../components/aws-provider.ts";
import { runMocked } from "../support/pulumi-mocks.ts";

const arn = "arn:aws-us-gov:sts::111111111111:assumed-role/deploy/job";

function run(declared: string | undefined, answer: () => Record<string, unknown>) {
  const args = { region: "us-west-2", accountId: declared };
  return runMocked(() => requireAccount(new AwsProvider("staging-aws", args), args), { stack: "staging", answer });
}

describe("AwsProvider", () => {
  it("gives the plugin region and account, and nothing that the shell holds", async () => {
    process.env.AWS_SECRET_ACCESS_KEY = "planted";
    try {
      const { one } = await run("111111111111", () => ({ accountId: "111111111111", arn }));
      const { inputs } = one("pulumi:providers:aws");
      assert.equal(inputs.region, "us-west-2");
      assert.deepEqual(JSON.parse(String(inputs.allowedAccountIds)), ["111111111111"]);
      assert.doesNotMatch(JSON.stringify(inputs), /planted/);
    } finally {
      delete process.env.AWS_SECRET_ACCESS_KEY;
    }
  });

  it("lets a stack without a declared account be built wherever one is signed in", async () => {
    const { one, result } = await run(undefined, () => ({ accountId: "222222222222", arn }));
    assert.equal(one("pulumi:providers:aws").inputs.allowedAccountIds, undefined);
    assert.deepEqual(result, { accountId: "222222222222", partition: "aws-us-gov", region: "us-west-2" });
  });
});

describe("requireAccount", () => {
  const wrong =
    'Pulumi.staging.yaml: slipway:aws.accountId is "111111111111", but the credentials belong to the account 222222222222.\n' +
    "  Sign in to 111111111111. Nothing was changed.";

  it("stops the program in another account than the declared one", async () => {
    await assert.rejects(
      run("111111111111", () => ({ accountId: "222222222222", arn })),
      (error) => pulumi.RunError.isInstance(error) && (error as Error).message === wrong,
    );
  });

  it("says the same when the plugin refuses the account before it can be asked", async () => {
    await assert.rejects(
      run("111111111111", () => {
        throw new Error("AWS account ID not allowed: 222222222222");
      }),
      (error) => pulumi.RunError.isInstance(error) && (error as Error).message === wrong,
    );
  });

  it("tells who is not signed in how to sign in", () => {
    assert.match(
      explainIdentityError("no valid credential sources found\n  more", undefined),
      /^AWS did not say which account this is: no valid credential sources found\n {2}Sign in/,
    );
  });
});
