import assert from "node:assert/strict";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { eksToken } from "../../../delivery/aws/eks-token.ts";
import { awsDirectory } from "../../../sandbox/kubernetes/access-entries.ts";
import { readToken } from "../../../sandbox/kubernetes/token.ts";
import { type LocalAws, startAws } from "../aws/support.ts";
import { removeRoots } from "../support.ts";

const trust = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { AWS: "*" }, Action: "sts:AssumeRole" }],
});

describe("what the local STS says of a token's bearer", () => {
  let aws: LocalAws;

  before(async function () {
    this.timeout(180_000); // MiniStack may have to be installed.
    aws = await startAws();
  });
  after(removeRoots);

  /** Shows a token that was signed for one cluster to another, or the same. */
  async function callerOf(
    credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string },
    shownTo = "teamflow-prod",
  ) {
    const { endpoint } = aws.config;
    const { status } = await eksToken("teamflow-prod", { region: "us-west-2", endpoint, credentials });
    return awsDirectory(endpoint).callerOf(readToken(status.token, endpoint), shownTo);
  }

  it("is the account, for what the sandbox signs in as", async () => {
    const account = "123456789012";
    const { arn, ...caller } = await callerOf({ accessKeyId: account, secretAccessKey: "sandbox" });
    assert.equal(arn, `arn:aws:iam::${account}:root`);
    assert.equal(caller.account, account);
  });

  it("is the session of a role", async () => {
    await new IAMClient(aws.config).send(
      new CreateRoleCommand({ RoleName: "deploy", AssumeRolePolicyDocument: trust }),
    );
    const session = await sessionOf("deploy");
    const { arn } = await callerOf(session);
    assert.match(arn, /^arn:aws:sts::\d{12}:assumed-role\/deploy\/run-7$/);
    await assert.rejects(callerOf({ ...session, secretAccessKey: "guessed" }), /SignatureDoesNotMatch/);
    await assert.rejects(callerOf({ ...session, sessionToken: "guessed" }), /InvalidClientTokenId/);
  });

  it("is nobody when the signature is for another cluster, of another secret, or of an unknown key", async () => {
    const own = { accessKeyId: "123456789012", secretAccessKey: "sandbox" };
    await assert.rejects(callerOf(own, "teamflow-staging"), /SignatureDoesNotMatch/);
    await assert.rejects(callerOf({ ...own, secretAccessKey: "guessed" }), /SignatureDoesNotMatch/);
    await assert.rejects(callerOf({ ...own, accessKeyId: "AKIAGUESSED000000000" }), /InvalidClientTokenId/);
  });

  async function sessionOf(role: string) {
    const client = new STSClient(aws.config);
    const RoleArn = `arn:aws:iam::${aws.config.credentials.accessKeyId}:role/${role}`;
    const { Credentials } = await client.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "run-7" }));
    const { AccessKeyId = "", SecretAccessKey = "", SessionToken = "" } = Credentials ?? {};
    return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
  }
});
