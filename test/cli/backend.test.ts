import assert from "node:assert/strict";
import {
  CreateKeyCommand,
  DescribeKeyCommand,
  KMSClient,
  ListKeysCommand,
  ScheduleKeyDeletionCommand,
} from "@aws-sdk/client-kms";
import {
  CreateBucketCommand,
  DeletePublicAccessBlockCommand,
  GetBucketEncryptionCommand,
  GetBucketVersioningCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { createBackend } from "../../delivery/backend/create.ts";
import { examineBackend } from "../../delivery/backend/examine.ts";
import { inspectBackend } from "../../delivery/backend/inspect.ts";
import { backendUrl, stateBucketName, stateKeyAlias } from "../../delivery/backend/names.ts";
import { backendParts, missingParts } from "../../delivery/backend/plan.ts";
import { type LocalAws, startAws } from "../sandbox/aws/support.ts";
import { removeRoots } from "../sandbox/support.ts";
import { CommandCheckout } from "./support/checkout.ts";

/** Against the sandbox's AWS; each test has an account of its own, which is the access key's name there. */
describe("slipway backend", () => {
  let aws: LocalAws;
  const checkout = new CommandCheckout();
  let accounts = 111_111_111_110;

  before(async () => {
    aws = await startAws();
  });
  after(removeRoots);

  function newAccount() {
    const accountId = String(++accounts);
    const config = { ...aws.config, credentials: { accessKeyId: accountId, secretAccessKey: "sandbox" } };
    const clients = { kms: new KMSClient(config), s3: new S3Client({ ...config, forcePathStyle: true }) };
    const place = { application: "teamflow", accountId, region: "us-west-2" };
    const env = {
      AWS_ENDPOINT_URL: aws.config.endpoint,
      AWS_ACCESS_KEY_ID: accountId,
      AWS_SECRET_ACCESS_KEY: "sandbox",
      AWS_EC2_METADATA_DISABLED: "true",
    };
    return { clients, place, env, bucket: { Bucket: stateBucketName(place) } };
  }

  it("makes bucket and key, says what to set, and changes nothing the second time", async () => {
    const { bucket, clients, env, place } = newAccount();
    assert.equal((await checkout.command(["backend", "status"], env)).code, 1);
    const first = await checkout.command(["backend", "create", "--yes"], env);
    assert.equal(first.code, 0, first.stderr);
    assert.match(
      first.stdout,
      /^export PULUMI_BACKEND_URL='s3:\/\/teamflow-pulumi-state-\d{12}-us-west-2\?region=us-west-2&/,
    );
    assert.match(
      first.stdout,
      /--secrets-provider 'awskms:\/\/\/alias\/teamflow-pulumi-state\?region=us-west-2&context_Stack=<stack>'/,
    );

    const second = await checkout.command(["backend", "create", "--yes", "--json"], env);
    assert.deepEqual(JSON.parse(second.stdout), {
      accountId: place.accountId,
      region: "us-west-2",
      bucket: bucket.Bucket,
      backendUrl: backendUrl(place, aws.config.endpoint),
      secretsProviders: {},
      made: [],
    });
    const status = await checkout.command(["backend", "status", "--json"], env);
    assert.equal(status.code, 0);
    assert.deepEqual((JSON.parse(status.stdout) as { missing: string[] }).missing, []);

    const key = (await clients.kms.send(new DescribeKeyCommand({ KeyId: stateKeyAlias("teamflow") }))).KeyMetadata;
    const encryption = await clients.s3.send(new GetBucketEncryptionCommand(bucket));
    const rule = encryption.ServerSideEncryptionConfiguration?.Rules?.[0];
    assert.equal(rule?.ApplyServerSideEncryptionByDefault?.KMSMasterKeyID, key?.Arn);
    assert.equal((await clients.s3.send(new GetBucketVersioningCommand(bucket))).Status, "Enabled");
  });

  it("completes what a run left that was stopped after any part", async () => {
    for (const [index, part] of backendParts.entries()) {
      const { clients, place } = newAccount();
      const stopped = createBackend(clients, place, "aws", (text) => {
        if (text && --left < 0) throw new Error(`stopped before ${part}`);
      });
      let left = index;
      await assert.rejects(stopped, /stopped before/);
      const { made } = await createBackend(clients, place, "aws");
      // S3 sets the owner's enforcement as it makes the bucket; everything else is left to do.
      assert.deepEqual(
        made,
        backendParts.slice(index).filter((each) => each !== "ownership" || index <= backendParts.indexOf("bucket")),
      );
      assert.deepEqual(missingParts(await inspectBackend(clients, place), place, "aws"), []);
      assert.equal(
        (await clients.kms.send(new ListKeysCommand({}))).Keys?.length,
        1,
        "one key, however often it was stopped",
      );
    }
  });

  it("mends what somebody has changed, and doctor's check finds it", async () => {
    const { bucket, clients, place, env } = newAccount();
    await createBackend(clients, place, "aws");
    const url = backendUrl(place, aws.config.endpoint);
    const examine = () => withEnvironment(env, () => examineBackend(url));
    assert.equal((await examine())?.good, true);

    await clients.s3.send(
      new PutBucketVersioningCommand({ ...bucket, VersioningConfiguration: { Status: "Suspended" } }),
    );
    await clients.s3.send(new DeletePublicAccessBlockCommand(bucket));
    const verdict = await examine();
    assert.equal(verdict?.good, false);
    assert.match(verdict?.detail ?? "", /no versions are kept.*; public access is not blocked/);
    assert.deepEqual((await createBackend(clients, place, "aws")).made, ["publicAccess", "versioning"]);
  });

  it("does not touch a bucket that serves another purpose", async () => {
    const { bucket, clients, env } = newAccount();
    await clients.s3.send(
      new CreateBucketCommand({ ...bucket, CreateBucketConfiguration: { LocationConstraint: "us-west-2" } }),
    );
    await clients.s3.send(new PutObjectCommand({ ...bucket, Key: "holiday.jpg", Body: "x" }));
    const run = await checkout.command(["backend", "create", "--yes"], env);
    assert.equal(run.code, 1);
    assert.match(run.stderr, /was not made by Slipway .* and holds "holiday\.jpg"\.\n {2}Nothing was changed/);
    assert.equal((await clients.kms.send(new ListKeysCommand({}))).Keys?.length ?? 0, 0);
  });

  it("does not go on with a key that is about to be deleted", async () => {
    const { clients, place } = newAccount();
    const { keyArn } = await createBackend(clients, place, "aws");
    await clients.kms.send(new ScheduleKeyDeletionCommand({ KeyId: keyArn, PendingWindowInDays: 7 }));
    await assert.rejects(createBackend(clients, place, "aws"), /cannot be used: its state is PendingDeletion/);
  });

  it("takes no key of somebody else's for its own", async () => {
    const { clients, place } = newAccount();
    await clients.kms.send(new CreateKeyCommand({ Description: "another's" }));
    assert.ok((await createBackend(clients, place, "aws")).made.includes("key"));
  });

  describe("refuses, in one message and before anything is made,", () => {
    for (const [what, args, variables, code, message] of [
      [
        "without a yes",
        ["backend", "create"],
        {},
        1,
        /in the AWS account \d{12}, us-west-2 .*\n.*\n {2}This is not a terminal: add --yes/,
      ],
      [
        "when nobody is signed in",
        ["backend", "create", "--yes"],
        { AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "" },
        1,
        /^slipway: Nobody is signed in to AWS: .*\n {2}Sign in \(aws sso login/,
      ],
      [
        "when AWS does not answer",
        ["backend", "status"],
        { AWS_ENDPOINT_URL: "http://127.0.0.1:1" },
        1,
        /^slipway: AWS did not say whose credentials these are/,
      ],
      [
        "a stack on this machine",
        ["backend", "create", "dev", "--yes"],
        {},
        1,
        /^slipway: The stack dev runs on this machine/,
      ],
      [
        "a stack that there is not",
        ["backend", "create", "nope", "--yes"],
        {},
        2,
        /^slipway: There is no stack "nope"/,
      ],
    ] as const) {
      it(what, async () => {
        const { clients, env } = newAccount();
        const run = await checkout.command(args, { ...env, ...variables });
        assert.equal(run.code, code);
        assert.match(run.stderr, message);
        assert.equal((await clients.kms.send(new ListKeysCommand({}))).Keys?.length ?? 0, 0);
        assert.ok(checkout.isUntouched());
      });
    }
  });
});

/** Runs with other variables in the process environment, and puts them back. */
async function withEnvironment<T>(variables: Record<string, string>, work: () => Promise<T>): Promise<T> {
  const before = { ...process.env };
  Object.assign(process.env, variables);
  try {
    return await work();
  } finally {
    for (const name of Object.keys(variables)) delete process.env[name];
    Object.assign(process.env, before);
  }
}
