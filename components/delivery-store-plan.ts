import type { StoreInputs } from "../delivery/release/store/store-provider.ts";
import type { Settings } from "../infra/settings.ts";
import { allow, policy, policyText } from "./iam-policy.ts";

/** The most that RDS gives one server, in GiB. */
const largestStorage = 65_536;

/**
 * The server of the release database: what `slipway:releases` says of it, else what the application's database has, so that both get
 * the same version of PostgreSQL and the same windows. Its storage grows to five times what it begins with.
 */
export function planStoreServer(
  releases: NonNullable<Settings["releases"]>,
  application: Settings["database"],
): Settings["database"] {
  const { name: _, ...server } = application;
  const grown = releases.storageGiB * 5;
  return { ...server, ...releases, maxStorageGiB: grown <= largestStorage ? grown : releases.storageGiB };
}

/** The login of each group of the release database; none has a password, each proves itself by an IAM token. */
export function storeMembers(application: string): StoreInputs["members"] {
  const base = application.replaceAll("-", "_");
  return { slipway_release: `${base}_release`, slipway_release_reader: `${base}_release_reader` };
}

/**
 * What the role of jobs that record, request and ask may do: read the one secret, by the one key that Secrets Manager uses for it.
 * @throws RangeError when AWS would refuse it for its length
 */
export function planStoreAccess({
  keyArn,
  secretArn,
}: {
  readonly keyArn: string;
  readonly secretArn: string;
}): string {
  const region = secretArn.split(":")[3] ?? "";
  return policyText(
    "release-database",
    policy(
      allow("Secret", ["secretsmanager:GetSecretValue"], [secretArn]),
      allow("Key", ["kms:Decrypt"], [keyArn], {
        StringEquals: {
          "kms:ViaService": `secretsmanager.${region}.amazonaws.com`,
          "kms:EncryptionContext:SecretARN": secretArn,
        },
      }),
    ),
    "managed",
  );
}
