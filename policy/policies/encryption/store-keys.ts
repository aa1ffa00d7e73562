import type { ResourceRule } from "../../rule.ts";
import { recordOf, recordsOf } from "../../values.ts";
import { isOwnKey, withKeyOfAws } from "./own-keys.ts";

/** Where each type names its key. */
const keys: Readonly<Record<string, (props: Readonly<Record<string, unknown>>) => unknown>> = {
  "aws:backup/vault:Vault": ({ kmsKeyArn }) => kmsKeyArn,
  "aws:dynamodb/table:Table": ({ serverSideEncryption }) => recordOf(serverSideEncryption).kmsKeyArn,
  "aws:ecr/repository:Repository": ({ encryptionConfigurations }) =>
    recordsOf(encryptionConfigurations).find(({ encryptionType }) => encryptionType !== "AES256")?.kmsKey,
  "aws:efs/fileSystem:FileSystem": ({ kmsKeyId }) => kmsKeyId,
  "aws:elasticache/replicationGroup:ReplicationGroup": ({ kmsKeyId }) => kmsKeyId,
  "aws:elasticache/serverlessCache:ServerlessCache": ({ kmsKeyId }) => kmsKeyId,
  "aws:memorydb/cluster:Cluster": ({ kmsKeyArn }) => kmsKeyArn,
};

export const storeKeys: ResourceRule = {
  name: "store-keys",
  title: "Stores have an own key",
  severity: "medium",
  category: "encryption",
  description:
    "Caches, tables, file systems, image repositories and backup vaults are encrypted with a key of one's own.",
  rationale:
    "Who may use the service may read what a key of AWS encrypts; an own key's policy says who may, and withdraws it from all at once.",
  remediation: "Name an aws.kms.Key where the store is made; most cannot be given one later.",
  controls: ["SOC2 CC6.1", "ISO27001 A.8.24", "NIST SC-12", "NIST SC-28(1)", "GDPR 32(1)(a)"],
  appliesTo: Object.keys(keys),
  environments: ["staging", "preProduction", "production"],
  judge: ({ props, type }) => (isOwnKey(keys[type]?.(props)) ? [] : [withKeyOfAws("its data")]),
};
