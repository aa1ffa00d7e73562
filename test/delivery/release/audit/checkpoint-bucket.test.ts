import assert from "node:assert/strict";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectRetentionCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { checkpointBucket } from "../../../../delivery/release/audit/checkpoint-bucket.ts";
import { type EmulatorUnderTest, startEmulator } from "../../../sandbox/aws/emulator-support.ts";

describe("checkpoints in a bucket", function () {
  this.timeout(300_000);
  let aws: EmulatorUnderTest;
  let client: S3Client;
  const bucket = "slipway-audit";

  before(async () => {
    aws = await startEmulator(async () => ({}));
    client = new S3Client({ ...aws.config, forcePathStyle: true });
    await client.send(new CreateBucketCommand({ Bucket: bucket, ObjectLockEnabledForBucket: true }));
  });
  after(async () => {
    client.destroy();
    await aws.stop();
  });

  it("are kept once, locked for years, and read in order", async () => {
    const store = checkpointBucket({ client, bucket });
    assert.equal(store.where, "s3://slipway-audit/audit/");
    assert.deepEqual(await store.list(), []);
    await store.put("000000000010-x.checkpoint", "ten — 1\n");
    await store.put("000000000009-x.checkpoint", "nine\n");
    await store.put("000000000010-x.checkpoint", "another ten\n");
    assert.deepEqual(await store.list(), [
      { name: "000000000009-x.checkpoint", note: "nine\n" },
      { name: "000000000010-x.checkpoint", note: "ten — 1\n" },
    ]);
    const { Retention } = await client.send(
      new GetObjectRetentionCommand({ Bucket: bucket, Key: "audit/000000000010-x.checkpoint" }),
    );
    assert.equal(Retention?.Mode, "COMPLIANCE");
    const years = ((Retention?.RetainUntilDate?.getTime() ?? 0) - Date.now()) / (365 * 86_400_000);
    assert.ok(years > 6.9 && years < 7.1, `${years} years`);
  });

  it("are still read as they were when somebody writes or deletes on top of them", async () => {
    const store = checkpointBucket({ client, bucket, prefix: "other/", retentionDays: 1 });
    for (const size of ["1", "2"]) await store.put(`00000000000${size}-x.checkpoint`, `${size}\n`);
    await client.send(
      new PutObjectCommand({ Bucket: bucket, Key: "other/000000000001-x.checkpoint", Body: "forged\n" }),
    );
    await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: "other/000000000002-x.checkpoint" }));
    assert.deepEqual(
      (await store.list()).map(({ note }) => note),
      ["1\n", "2\n"],
    );
  });
});
