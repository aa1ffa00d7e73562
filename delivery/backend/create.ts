import { CreateAliasCommand, CreateKeyCommand, EnableKeyRotationCommand } from "@aws-sdk/client-kms";
import {
  type BucketLocationConstraint,
  CreateBucketCommand,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketPolicyCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutPublicAccessBlockCommand,
} from "@aws-sdk/client-s3";
import type { BackendClients } from "./clients.ts";
import { inspectBackend } from "./inspect.ts";
import { type BackendPlace, stateBucketName, stateKeyAlias } from "./names.ts";
import { type BackendPart, backendTag, bucketPolicy, keptVersionsDays, missingParts, partTitles } from "./plan.ts";

/** What a run has done. */
export interface CreatedBackend {
  readonly keyArn: string;
  /** What was missing and is there now; empty when nothing had to be done. */
  readonly made: readonly BackendPart[];
}

/**
 * Makes what is missing of a backend, part by part; a run that is stopped is completed by the next one.
 *
 * @param report is told each part before it is made.
 * @throws UserError when what is there is not ours, or cannot be used
 */
export async function createBackend(
  clients: BackendClients,
  place: BackendPlace,
  partition: string,
  report: (text: string) => void = () => {},
): Promise<CreatedBackend> {
  const found = await inspectBackend(clients, place);
  const made = missingParts(found, place, partition);
  let keyArn = found.key?.arn ?? "";
  for (const part of made) {
    report(partTitles[part]);
    if (part === "key") keyArn = await createKey(clients, place);
    else await make[part]({ ...clients, Bucket: stateBucketName(place), keyArn, partition, place });
  }
  return { keyArn, made };
}

function tags(place: BackendPlace): readonly (readonly [key: string, value: string])[] {
  return [
    ["Project", place.application],
    [backendTag.key, backendTag.value],
    ["Name", stateBucketName(place)],
  ];
}

async function createKey({ kms }: BackendClients, place: BackendPlace): Promise<string> {
  const { KeyMetadata } = await kms.send(
    new CreateKeyCommand({
      Description: `Pulumi's state of ${place.application}: its bucket, and the secrets of its stacks`,
      Tags: tags(place).map(([TagKey, TagValue]) => ({ TagKey, TagValue })),
    }),
  );
  return KeyMetadata?.Arn ?? "";
}

interface Making extends BackendClients {
  readonly Bucket: string;
  readonly keyArn: string;
  readonly partition: string;
  readonly place: BackendPlace;
}

const make: Readonly<Record<Exclude<BackendPart, "key">, (making: Making) => Promise<unknown>>> = {
  alias: ({ keyArn, kms, place }) =>
    kms.send(new CreateAliasCommand({ AliasName: stateKeyAlias(place.application), TargetKeyId: keyArn })),

  rotation: ({ keyArn, kms }) => kms.send(new EnableKeyRotationCommand({ KeyId: keyArn })),

  bucket: ({ Bucket, place, s3 }) =>
    s3.send(
      new CreateBucketCommand({
        Bucket,
        ObjectOwnership: "BucketOwnerEnforced",
        // us-east-1 is the one region that S3 wants unnamed.
        ...(place.region !== "us-east-1" && {
          CreateBucketConfiguration: { LocationConstraint: place.region as BucketLocationConstraint },
        }),
      }),
    ),

  tags: ({ Bucket, place, s3 }) =>
    s3.send(
      new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: tags(place).map(([Key, Value]) => ({ Key, Value })) } }),
    ),

  publicAccess: ({ Bucket, s3 }) =>
    s3.send(
      new PutPublicAccessBlockCommand({
        Bucket,
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
      }),
    ),

  ownership: ({ Bucket, s3 }) =>
    s3.send(
      new PutBucketOwnershipControlsCommand({
        Bucket,
        OwnershipControls: { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" }] },
      }),
    ),

  encryption: ({ Bucket, keyArn, s3 }) =>
    s3.send(
      new PutBucketEncryptionCommand({
        Bucket,
        ServerSideEncryptionConfiguration: {
          Rules: [
            {
              ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms", KMSMasterKeyID: keyArn },
              BucketKeyEnabled: true,
            },
          ],
        },
      }),
    ),

  versioning: ({ Bucket, s3 }) =>
    s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } })),

  policy: ({ Bucket, keyArn, partition, place, s3 }) =>
    s3.send(new PutBucketPolicyCommand({ Bucket, Policy: bucketPolicy(place, partition, keyArn) })),

  lifecycle: ({ Bucket, s3 }) =>
    s3.send(
      new PutBucketLifecycleConfigurationCommand({
        Bucket,
        LifecycleConfiguration: {
          Rules: [
            {
              ID: "old-versions",
              Status: "Enabled",
              Filter: { Prefix: "" },
              NoncurrentVersionExpiration: { NoncurrentDays: keptVersionsDays },
              AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
              // Locks are deleted all the time; without this their markers would stay for ever.
              Expiration: { ExpiredObjectDeleteMarker: true },
            },
          ],
        },
      }),
    ),
};
