import {
  DescribeKeyCommand,
  GetKeyRotationStatusCommand,
  type KeyMetadata,
  type KMSClient,
  ListResourceTagsCommand,
  paginateListKeys,
} from "@aws-sdk/client-kms";
import {
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  type S3Client,
} from "@aws-sdk/client-s3";
import { UserError } from "../errors.ts";
import type { BackendClients } from "./clients.ts";
import { type BackendPlace, stateBucketName, stateKeyAlias } from "./names.ts";
import { backendTag, type FoundBackend, type FoundBucket, type FoundKey } from "./plan.ts";

/**
 * Looks at what there is of a backend, and changes nothing.
 *
 * @throws UserError when the bucket belongs to somebody else or to another purpose, or when the key cannot be used
 */
export async function inspectBackend(clients: BackendClients, place: BackendPlace): Promise<FoundBackend> {
  const [key, bucket] = await Promise.all([findKey(clients.kms, place), findBucket(clients.s3, place)]);
  return { key, bucket };
}

async function findKey(kms: KMSClient, place: BackendPlace): Promise<FoundKey | undefined> {
  const alias = stateKeyAlias(place.application);
  const named = await orUndefined(["NotFoundException"], () => describe(kms, alias));
  const metadata = named ?? (await findUnnamedKey(kms, place));
  if (!metadata?.Arn) return undefined;
  if (!metadata.Enabled)
    throw new UserError(
      `The key ${alias} (${metadata.Arn}) cannot be used: its state is ${metadata.KeyState}.\n` +
        "  Without it no state in the bucket can be read. Cancel its deletion or enable it (aws kms cancel-key-deletion, enable-key).",
    );
  const rotation = await kms.send(new GetKeyRotationStatusCommand({ KeyId: metadata.Arn }));
  return { arn: metadata.Arn, aliased: named !== undefined, rotates: rotation.KeyRotationEnabled === true };
}

async function describe(kms: KMSClient, key: string): Promise<KeyMetadata | undefined> {
  return (await kms.send(new DescribeKeyCommand({ KeyId: key }))).KeyMetadata;
}

/** A run that was stopped between making a key and naming it would otherwise leave a key that costs a dollar a month. */
async function findUnnamedKey(kms: KMSClient, place: BackendPlace): Promise<KeyMetadata | undefined> {
  for await (const page of paginateListKeys({ client: kms }, {}))
    for (const { KeyId } of page.Keys ?? []) {
      if (!KeyId) continue;
      const tags = await orUndefined(["AccessDeniedException", "NotFoundException"], () =>
        kms.send(new ListResourceTagsCommand({ KeyId })),
      );
      const value = (name: string) => tags?.Tags?.find(({ TagKey }) => TagKey === name)?.TagValue;
      if (value(backendTag.key) !== backendTag.value || value("Project") !== place.application) continue;
      const metadata = await describe(kms, KeyId);
      if (metadata?.Enabled) return metadata;
    }
  return undefined;
}

async function findBucket(s3: S3Client, place: BackendPlace): Promise<FoundBucket | undefined> {
  if (!(await bucketExists(s3, place))) return undefined;
  const found = await inspectBucket(s3, stateBucketName(place));
  if (!found.tagged) await refuseOtherContent(s3, stateBucketName(place));
  return found;
}

/** The settings of a bucket that exists. */
export async function inspectBucket(s3: S3Client, name: string): Promise<FoundBucket> {
  const bucket = { Bucket: name };
  const [tags, versioning, encryption, block, ownership, policy, lifecycle] = await Promise.all([
    orUndefined(["NoSuchTagSet"], () => s3.send(new GetBucketTaggingCommand(bucket))),
    s3.send(new GetBucketVersioningCommand(bucket)),
    orUndefined(["ServerSideEncryptionConfigurationNotFoundError"], () =>
      s3.send(new GetBucketEncryptionCommand(bucket)),
    ),
    orUndefined(["NoSuchPublicAccessBlockConfiguration"], () => s3.send(new GetPublicAccessBlockCommand(bucket))),
    orUndefined(["OwnershipControlsNotFoundError"], () => s3.send(new GetBucketOwnershipControlsCommand(bucket))),
    orUndefined(["NoSuchBucketPolicy"], () => s3.send(new GetBucketPolicyCommand(bucket))),
    orUndefined(["NoSuchLifecycleConfiguration"], () => s3.send(new GetBucketLifecycleConfigurationCommand(bucket))),
  ]);
  const tagged = tags?.TagSet?.some(({ Key, Value }) => Key === backendTag.key && Value === backendTag.value) === true;
  const rule = encryption?.ServerSideEncryptionConfiguration?.Rules?.[0];
  const blocked = block?.PublicAccessBlockConfiguration;
  return {
    tagged,
    versioned: versioning.Status === "Enabled",
    encryption: rule && {
      algorithm: rule.ApplyServerSideEncryptionByDefault?.SSEAlgorithm ?? "",
      keyArn: rule.ApplyServerSideEncryptionByDefault?.KMSMasterKeyID ?? "",
      bucketKey: rule.BucketKeyEnabled === true,
    },
    closed:
      blocked?.BlockPublicAcls === true &&
      blocked.BlockPublicPolicy === true &&
      blocked.IgnorePublicAcls === true &&
      blocked.RestrictPublicBuckets === true,
    ownerEnforced: ownership?.OwnershipControls?.Rules?.[0]?.ObjectOwnership === "BucketOwnerEnforced",
    policy: policy?.Policy,
    lifecycle: (lifecycle?.Rules ?? []).map((each) => ({
      enabled: each.Status === "Enabled",
      noncurrentDays: each.NoncurrentVersionExpiration?.NoncurrentDays,
      abortUploadsDays: each.AbortIncompleteMultipartUpload?.DaysAfterInitiation,
    })),
  };
}

/** Bucket names are shared by the whole world: somebody else may have taken ours. */
async function bucketExists(s3: S3Client, place: BackendPlace): Promise<boolean> {
  const Bucket = stateBucketName(place);
  try {
    await s3.send(new HeadBucketCommand({ Bucket, ExpectedBucketOwner: place.accountId }));
    return true;
  } catch (error) {
    const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
    if (status === 404) return false;
    if (status !== 403 && status !== 301) throw error;
    throw new UserError(
      `The bucket ${Bucket} is not one of the account ${place.accountId}, or you may not see it (s3:ListBucket).\n` +
        "  Nothing was changed. Ask the account's administrator; if another account holds the name, choose another slipway:application.",
      { cause: error },
    );
  }
}

/** A bucket without our mark is completed only while it holds nothing that is not Pulumi's. */
async function refuseOtherContent(s3: S3Client, Bucket: string): Promise<void> {
  const { CommonPrefixes = [], Contents = [] } = await s3.send(
    new ListObjectsV2Command({ Bucket, Delimiter: "/", MaxKeys: 10 }),
  );
  const other = [...CommonPrefixes.map(({ Prefix }) => Prefix), ...Contents.map(({ Key }) => Key)].find(
    (name) => name !== ".pulumi/",
  );
  if (other === undefined) return;
  throw new UserError(
    `The bucket ${Bucket} was not made by Slipway (it has no tag ${backendTag.key}=${backendTag.value}) and holds "${other}".\n` +
      "  Nothing was changed. Move what is in it elsewhere, or tag the bucket if its settings may be changed.",
  );
}

/** S3 and KMS answer with errors of these names where something has never been set. */
async function orUndefined<T>(absences: readonly string[], ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (absences.includes((error as Error).name)) return undefined;
    throw error;
  }
}
