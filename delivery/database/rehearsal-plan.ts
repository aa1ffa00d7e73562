import type { DBInstance, RestoreDBInstanceToPointInTimeCommandInput } from "@aws-sdk/client-rds";
import { UsageError } from "../errors.ts";

/* What a rehearsed restore is made of. Pure. */

/** RDS's limit for the names of instances. */
const nameLimit = 63;

/** What the names of all copies of an instance begin with. */
export const copyPrefix = (identifier: string): string => {
  const suffix = "-rehearsal-";
  return `${identifier.slice(0, nameLimit - suffix.length - 14).replace(/-+$/, "")}${suffix}`;
};

/** `<identifier>-rehearsal-<time>`, to the second. */
export function copyName(identifier: string, now: Date): string {
  return copyPrefix(identifier) + now.toISOString().replaceAll(/[-:T]/g, "").slice(0, 14);
}

/** Whether an instance is a copy that a rehearsal made, by its name and its tag: nothing else is ever deleted. */
export function isCopy(instance: Pick<DBInstance, "DBInstanceIdentifier" | "TagList">, identifier: string): boolean {
  const { DBInstanceIdentifier: name = "", TagList = [] } = instance;
  const { Key, Value } = tagOf(identifier);
  return (
    name !== identifier &&
    name.startsWith(copyPrefix(identifier)) &&
    TagList.some((tag) => tag.Key === Key && tag.Value === Value)
  );
}

const tagOf = (identifier: string) => ({ Key: "SlipwayRehearsalOf", Value: identifier });

/**
 * The request that makes the copy: where the instance is, as open as it is, but alone (no second zone, no backups of its own) and
 * free to be deleted. RDS takes its own defaults for what is not said here, among them security groups that are open to others.
 * @param at the moment to restore; the latest that there is when undefined
 */
export function planRestore(
  live: DBInstance,
  name: string,
  at: Date | undefined,
): RestoreDBInstanceToPointInTimeCommandInput {
  const identifier = live.DBInstanceIdentifier ?? "";
  const groups = (live.VpcSecurityGroups ?? []).flatMap(({ VpcSecurityGroupId: id }) => (id ? [id] : []));
  const [parameters] = live.DBParameterGroups ?? [];
  const key = live.MasterUserSecret?.KmsKeyId;
  return {
    SourceDBInstanceIdentifier: identifier,
    TargetDBInstanceIdentifier: name,
    ...(at ? { RestoreTime: at } : { UseLatestRestorableTime: true }),
    DBInstanceClass: live.DBInstanceClass,
    DBSubnetGroupName: live.DBSubnetGroup?.DBSubnetGroupName,
    VpcSecurityGroupIds: groups,
    DBParameterGroupName: parameters?.DBParameterGroupName,
    CACertificateIdentifier: live.CACertificateIdentifier,
    MultiAZ: false,
    PubliclyAccessible: false,
    DeletionProtection: false,
    BackupRetentionPeriod: 0,
    AutoMinorVersionUpgrade: false,
    CopyTagsToSnapshot: false,
    ManageMasterUserPassword: true,
    ...(key && { MasterUserSecretKmsKeyId: key }),
    Tags: [
      ...(live.TagList ?? []).filter(({ Key = "" }) => Key !== "Name" && !Key.startsWith("aws:")),
      tagOf(identifier),
      { Key: "Name", Value: name },
    ],
  };
}

/** How the copy differs from what was asked for, where that matters; empty when it does not. */
export function objectionsTo(copy: DBInstance, live: DBInstance): string[] {
  const groups = (instance: DBInstance) =>
    (instance.VpcSecurityGroups ?? [])
      .map(({ VpcSecurityGroupId }) => VpcSecurityGroupId)
      .sort()
      .join(", ");
  const subnets = (instance: DBInstance) => instance.DBSubnetGroup?.DBSubnetGroupName;
  const parameters = (instance: DBInstance) => instance.DBParameterGroups?.[0]?.DBParameterGroupName;
  return [
    ...(copy.PubliclyAccessible ? ["it is publicly accessible"] : []),
    ...(live.StorageEncrypted && !copy.StorageEncrypted ? ["its storage is not encrypted"] : []),
    ...(copy.KmsKeyId !== live.KmsKeyId
      ? [`its key is ${copy.KmsKeyId ?? "none"}, not ${live.KmsKeyId ?? "none"}`]
      : []),
    ...(groups(copy) !== groups(live) ? [`its security groups are ${groups(copy)}, not ${groups(live)}`] : []),
    ...(subnets(copy) !== subnets(live) ? [`its subnet group is ${subnets(copy)}, not ${subnets(live)}`] : []),
    ...(parameters(copy) !== parameters(live)
      ? [`its parameter group is ${parameters(copy)}, not ${parameters(live)}`]
      : []),
    ...(copy.MasterUserSecret?.SecretArn === live.MasterUserSecret?.SecretArn
      ? ["it has no master password of its own"]
      : []),
  ];
}

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

/**
 * A length of time such as `90s`, `60m` or `4h`.
 * @returns seconds
 * @throws UsageError
 */
export function parseTarget(option: string, text: string): number {
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?)([smh])$/.exec(text) ?? [];
  const seconds = Number(number) * (units[unit] ?? Number.NaN);
  if (seconds > 0) return seconds;
  throw new UsageError(`${option} is a length of time such as 90s, 60m or 4h, not "${text}".`);
}

/**
 * The moment that --at names, in ISO 8601 with its zone.
 * @throws UsageError when it names none, or one to come
 */
export function parseMoment(text: string, now: Date): Date {
  const moment = new Date(text);
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text) || Number.isNaN(moment.getTime()))
    throw new UsageError(`--at is a moment such as 2026-03-01T14:30:00Z (with its zone), not "${text}".`);
  if (moment > now) throw new UsageError(`--at names ${text}, which is yet to come.`);
  return moment;
}
