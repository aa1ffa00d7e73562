import type { BackendPlace } from "./names.ts";
import { stateBucketName, stateKeyAlias } from "./names.ts";

/** For how many days versions of the state that are no longer current are kept. */
export const keptVersionsDays = 365;

/** By this tag a later run knows what it may complete. */
export const backendTag = { key: "ManagedBy", value: "slipway-backend" } as const;

/** What the account has of a backend. */
export interface FoundBackend {
  readonly key?: FoundKey | undefined;
  readonly bucket?: FoundBucket | undefined;
}

export interface FoundKey {
  readonly arn: string;
  /** Whether the alias points at it; a run that was stopped may have left a key without. */
  readonly aliased: boolean;
  readonly rotates: boolean;
}

export interface FoundBucket {
  /** Whether it carries our tag. */
  readonly tagged: boolean;
  readonly versioned: boolean;
  readonly encryption?:
    | { readonly algorithm: string; readonly keyArn?: string; readonly bucketKey: boolean }
    | undefined;
  /** Whether all four blocks of public access are on. */
  readonly closed: boolean;
  /** Whether access lists are off (BucketOwnerEnforced). */
  readonly ownerEnforced: boolean;
  /** The bucket's policy as JSON text. */
  readonly policy?: string | undefined;
  readonly lifecycle: readonly FoundLifecycleRule[];
}

interface FoundLifecycleRule {
  readonly enabled: boolean;
  readonly noncurrentDays?: number | undefined;
  readonly abortUploadsDays?: number | undefined;
}

/** The parts of a backend, in the order in which they are made: the bucket is closed before anything can be put in it. */
export const backendParts = [
  "key",
  "alias",
  "rotation",
  "bucket",
  "tags",
  "publicAccess",
  "ownership",
  "encryption",
  "versioning",
  "policy",
  "lifecycle",
] as const;
export type BackendPart = (typeof backendParts)[number];

/** What each part is, in words for the user. */
export const partTitles: Readonly<Record<BackendPart, string>> = {
  key: "KMS key",
  alias: "name of the key",
  rotation: "yearly rotation of the key",
  bucket: "bucket",
  tags: "tags of the bucket",
  publicAccess: "block of public access",
  ownership: "no access lists, only policies",
  encryption: "encryption with the key",
  versioning: "versions of every state",
  policy: "refusal of plain HTTP and of other keys",
  lifecycle: `old versions go after ${keptVersionsDays} days`,
};

/**
 * What is missing or wrong, in the order in which it is to be made. Nothing when the backend is as it should be.
 * @param partition the second part of every ARN.
 */
export function missingParts(found: FoundBackend, place: BackendPlace, partition: string): BackendPart[] {
  const { bucket, key } = found;
  const there: Readonly<Record<BackendPart, boolean>> = {
    key: key !== undefined,
    alias: key?.aliased === true,
    rotation: key?.rotates === true,
    bucket: bucket !== undefined,
    tags: bucket?.tagged === true,
    publicAccess: bucket?.closed === true,
    ownership: bucket?.ownerEnforced === true,
    encryption:
      key !== undefined &&
      bucket?.encryption?.algorithm === "aws:kms" &&
      bucket.encryption.keyArn === key.arn &&
      bucket.encryption.bucketKey,
    versioning: bucket?.versioned === true,
    policy:
      key !== undefined &&
      bucket?.policy !== undefined &&
      sameJson(bucket.policy, bucketPolicy(place, partition, key.arn)),
    lifecycle: bucket !== undefined && keepsVersions(bucket.lifecycle),
  };
  return backendParts.filter((part) => !there[part]);
}

function keepsVersions(rules: readonly FoundLifecycleRule[]): boolean {
  const enabled = rules.filter((rule) => rule.enabled);
  return (
    enabled.some(({ noncurrentDays }) => noncurrentDays === keptVersionsDays) &&
    enabled.some(({ abortUploadsDays }) => abortUploadsDays !== undefined)
  );
}

/**
 * The bucket's policy: nobody, the account's root included, comes without TLS or stores something under another key. An upload
 * that names no encryption gets the bucket's own. Who may read which stack is the roles' affair.
 */
export function bucketPolicy(place: BackendPlace, partition: string, keyArn: string): string {
  const bucket = `arn:${partition}:s3:::${stateBucketName(place)}`;
  const refuse = (Sid: string, Action: string, Resource: string | string[], Condition: object) => ({
    Sid,
    Effect: "Deny",
    Principal: "*",
    Action,
    Resource,
    Condition,
  });
  const encryption = "s3:x-amz-server-side-encryption";
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      refuse("OnlyTls", "s3:*", [bucket, `${bucket}/*`], { Bool: { "aws:SecureTransport": "false" } }),
      refuse("OnlyKms", "s3:PutObject", `${bucket}/*`, {
        Null: { [encryption]: "false" },
        StringNotEquals: { [encryption]: "aws:kms" },
      }),
      refuse("OnlyOurKey", "s3:PutObject", `${bucket}/*`, {
        Null: { [`${encryption}-aws-kms-key-id`]: "false" },
        StringNotEquals: { [`${encryption}-aws-kms-key-id`]: keyArn },
      }),
    ],
  });
}

/** Compares two JSON texts by what they say: AWS gives a policy back with its keys in another order. */
function sameJson(one: string, other: string): boolean {
  try {
    return canonical(JSON.parse(one)) === canonical(JSON.parse(other));
  } catch {
    return false;
  }
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(",")}}`;
}

/** What a backend is called, for messages. */
export function describeBackend(place: BackendPlace): string {
  return `the bucket ${stateBucketName(place)} and the key ${stateKeyAlias(place.application)}`;
}
