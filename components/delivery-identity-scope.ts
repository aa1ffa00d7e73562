import {
  type BackendPlace,
  stateBucketName,
  stateKeyAlias,
  stateLayoutObject,
  stateObjects,
} from "../delivery/backend/names.ts";
import { type IdentityScope, stateOf } from "./delivery-identity-plan.ts";
import { allow, type IamConditions, type IamStatement } from "./iam-policy.ts";

/*
 * What belongs to a stack, in IAM's words: by name where an ARN carries the name, by the tag `Stack` where it carries an id.
 */

/** The ARNs of a stack's resources whose names begin with `<application>-<stack>`. */
export function ownNames(scope: IdentityScope) {
  const { accountId, context, copyRegion, partition, region } = scope;
  const { application, stack } = context;
  const name = `${application}-${stack}`;
  const regional = (service: string, type: string, at = region) =>
    [name, `${name}-*`].map((each) => `arn:${partition}:${service}:${at}:${accountId}:${type}${each}`);
  const parts = (service: string, type: string, at = region) => regional(service, type, at).slice(1);
  return {
    /** Of one type, the one that bears the stack's bare name included. */
    regional,
    /** Of one type, whose names always have a part after the stack's. */
    parts,
    /** A type whose names are `<application>/<stack>/...`, with a slash before it or not. */
    path: (service: string, type: string) =>
      `arn:${partition}:${service}:${region}:${accountId}:${type}${application}/${stack}/*`,
    roles: [`arn:${partition}:iam::${accountId}:role/${name}-*`],
    policies: [`arn:${partition}:iam::${accountId}:policy/${name}-*`],
    buckets: [`arn:${partition}:s3:::${name}-*`],
    /** The cluster, which bears the stack's bare name, and what is in it. */
    kubernetes: [
      `cluster/${name}`,
      ...["access-entry", "addon", "podidentityassociation"].map((type) => `${type}/${name}/*`),
    ].map((rest) => `arn:${partition}:eks:${region}:${accountId}:${rest}`),
    secrets: [`arn:${partition}:secretsmanager:${region}:${accountId}:secret:${application}/${stack}/*`],
    /** Passwords that RDS manages have names of its own; a tag says which database they are for. */
    databaseSecrets: {
      resource: `arn:${partition}:secretsmanager:${region}:${accountId}:secret:rds!db-*`,
      condition: { ArnLike: { "aws:ResourceTag/aws:rds:primaryDBInstanceArn": regional("rds", "db:") } },
    },
    vaults: [...parts("backup", "backup-vault:"), ...(copyRegion ? parts("backup", "backup-vault:", copyRegion) : [])],
  };
}

/** The condition that a thing carries the stack's tag. */
export function owned({ context }: IdentityScope): IamConditions {
  return { StringEquals: { "aws:ResourceTag/Stack": context.stack } };
}

/** The condition that a thing is given the stack's tag as it is made. */
export function tagged({ context }: IdentityScope): IamConditions {
  return { StringEquals: { "aws:RequestTag/Stack": context.stack } };
}

/** The stack's part of the state bucket, and the key that encrypts it. */
export function ownState(scope: IdentityScope) {
  const place: BackendPlace = stateOf(scope);
  const { accountId, context, partition, region } = scope;
  const bucket = `arn:${partition}:s3:::${stateBucketName(place)}`;
  const objects = stateObjects(context.stack);
  return {
    bucket,
    layout: `${bucket}/${stateLayoutObject}`,
    objects: objects.map((pattern) => `${bucket}/${pattern}`),
    /** Names of stacks may be listed, and what belongs to this one. */
    prefixes: [".pulumi/stacks/*", ...objects.slice(1)],
    keyAlias: stateKeyAlias(context.application),
    keys: [`arn:${partition}:kms:${region}:${accountId}:key/*`],
    /** The bucket's objects as S3 encrypts them, and secrets of this stack as Pulumi does. */
    contexts: {
      bucket: { "kms:EncryptionContext:aws:s3:arn": bucket },
      stack: { "kms:EncryptionContext:Stack": context.stack },
    },
  };
}

/**
 * The right to use the stack's state.
 * @param use reading does for a preview; a deployment also writes, locks and forgets.
 */
export function stateStatements(scope: IdentityScope, use: "read" | "write"): IamStatement[] {
  const state = ownState(scope);
  const withKey = (sid: string, actions: readonly string[], context: Readonly<Record<string, string>>) =>
    allow(sid, actions, state.keys, {
      "ForAnyValue:StringEquals": { "kms:ResourceAliases": state.keyAlias },
      StringEquals: context,
    });
  const cipher = use === "read" ? ["kms:Decrypt"] : ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"];
  return [
    allow("ListState", ["s3:ListBucket"], [state.bucket], { StringLike: { "s3:prefix": state.prefixes } }),
    allow("ReadState", ["s3:GetObject"], [state.layout, ...state.objects]),
    ...(use === "write" ? [allow("WriteState", ["s3:PutObject", "s3:DeleteObject"], state.objects)] : []),
    withKey("StateObjects", cipher, state.contexts.bucket),
    withKey("StateSecrets", cipher, state.contexts.stack),
  ];
}
