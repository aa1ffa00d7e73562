import {
  GetObjectCommand,
  ListObjectVersionsCommand,
  type ObjectVersion,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import type { CheckpointStore } from "./checkpoint.ts";

export interface BucketOptions {
  readonly client: S3Client;
  /** Versioned, with object lock. */
  readonly bucket: string;
  /** What keys begin with. @default "audit/" */
  readonly prefix?: string;
  /** For how long nobody, the account's root user neither, may remove a checkpoint. @default 2555, seven years */
  readonly retentionDays?: number;
}

const day = 86_400_000;

/**
 * Keeps checkpoints in S3 under object lock in compliance mode. What is read is the oldest version of each key: whoever may write can
 * put a newer one or a delete marker on top of it, and changes nothing.
 */
export function checkpointBucket(options: BucketOptions): CheckpointStore {
  const { client, bucket, prefix = "audit/", retentionDays = 2555 } = options;
  return {
    where: `s3://${bucket}/${prefix}`,
    async put(name, note) {
      const command = new PutObjectCommand({
        Bucket: bucket,
        Key: prefix + name,
        Body: note,
        ContentType: "text/plain; charset=utf-8",
        IfNoneMatch: "*",
        ObjectLockMode: "COMPLIANCE",
        ObjectLockRetainUntilDate: new Date(Date.now() + retentionDays * day),
      });
      await client.send(command).catch((error: Error) => {
        if (error.name !== "PreconditionFailed") throw error;
      });
    },
    async list() {
      const oldest = await oldestVersions(client, bucket, prefix);
      return Promise.all(
        oldest.map(async ({ Key = "", VersionId }) => {
          const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key, VersionId }));
          return { name: Key.slice(prefix.length), note: (await Body?.transformToString("utf-8")) ?? "" };
        }),
      );
    },
  };
}

async function oldestVersions(client: S3Client, bucket: string, prefix: string): Promise<ObjectVersion[]> {
  const oldest = new Map<string, ObjectVersion>();
  let position: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } = {};
  for (;;) {
    const page = await client.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix, ...position }));
    // Of one key the newest comes first.
    for (const version of page.Versions ?? []) if (version.Key) oldest.set(version.Key, version);
    if (!page.IsTruncated) break;
    position = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
  }
  return [...oldest].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, version]) => version);
}
