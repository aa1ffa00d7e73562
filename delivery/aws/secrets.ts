import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { UserError } from "../errors.ts";

/**
 * Secrets of AWS Secrets Manager, by ARN. Credentials come from the environment as for every AWS program (a profile, a role, a
 * workflow's OIDC token), the region from the ARN. The SDK is loaded when it is needed: most commands never are.
 */

/** The value of a secret that holds text. */
export async function readSecret(arn: string): Promise<string> {
  return withSecrets(arn, async (client) => {
    const { GetSecretValueCommand } = await import("@aws-sdk/client-secrets-manager");
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: arn }));
    if (SecretString === undefined)
      throw new UserError(`The secret ${arn} holds bytes, not text.\n  Give it a text value in Secrets Manager.`);
    return SecretString;
  });
}

/** The version that is in force, or what there is instead of it. */
export type SecretState = { readonly versionId: string } | "empty" | "missing";

/** Whether the secret is there (one that waits for its deletion is not) and has a value. The value itself is not read. */
export async function inspectSecret(arn: string): Promise<SecretState> {
  try {
    return await withSecrets(arn, async (client) => {
      const { DescribeSecretCommand } = await import("@aws-sdk/client-secrets-manager");
      const { DeletedDate, VersionIdsToStages } = await client.send(new DescribeSecretCommand({ SecretId: arn }));
      if (DeletedDate !== undefined) return "missing";
      const versions = Object.entries(VersionIdsToStages ?? {});
      const [versionId] = versions.find(([, stages]) => stages.includes("AWSCURRENT")) ?? [];
      return versionId === undefined ? "empty" : { versionId };
    });
  } catch (error) {
    if (isMissingSecret(error)) return "missing";
    throw error;
  }
}

/**
 * Puts a random value into a secret. Secrets Manager makes it up; it passes through this process and is kept nowhere else.
 * @param length how many letters and digits.
 * @returns the id of the version that was written.
 */
export async function generateSecret(arn: string, length: number): Promise<string> {
  return withSecrets(arn, async (client) => {
    const { GetRandomPasswordCommand, PutSecretValueCommand } = await import("@aws-sdk/client-secrets-manager");
    const { RandomPassword } = await client.send(
      new GetRandomPasswordCommand({ PasswordLength: length, ExcludePunctuation: true }),
    );
    if (RandomPassword === undefined) throw new Error("Secrets Manager answered GetRandomPassword without a password.");
    const { VersionId } = await client.send(new PutSecretValueCommand({ SecretId: arn, SecretString: RandomPassword }));
    if (VersionId === undefined) throw new Error(`Secrets Manager does not say which version of ${arn} it wrote.`);
    return VersionId;
  });
}

/** Whether an error of this module says that there is no such secret (any more). */
export function isMissingSecret(error: unknown): boolean {
  const cause = error instanceof UserError ? error.cause : undefined;
  return (
    nameOf(cause) === "ResourceNotFoundException" || (nameOf(cause) === "InvalidRequestException" && isDeleted(cause))
  );
}

async function withSecrets<T>(arn: string, work: (client: SecretsManagerClient) => Promise<T>): Promise<T> {
  const region = regionOf(arn);
  const { SecretsManagerClient } = await import("@aws-sdk/client-secrets-manager");
  const client = new SecretsManagerClient({ region });
  try {
    return await work(client);
  } catch (error) {
    if (error instanceof UserError || !(error instanceof Error)) throw error;
    throw explain(error, arn, region);
  } finally {
    client.destroy();
  }
}

/** @throws UserError when it is no ARN of a secret. */
function regionOf(arn: string): string {
  const [, , service, region] = arn.split(":");
  if (service === "secretsmanager" && region) return region;
  throw new UserError(`"${arn}" is not the ARN of a secret (arn:aws:secretsmanager:<region>:<account>:secret:<name>).`);
}

const nameOf = (error: unknown) => (error instanceof Error ? error.name : undefined);
/** Secrets Manager says no more than this of a secret that waits for its deletion. */
const isDeleted = (error: unknown) => error instanceof Error && /marked (for deletion|deleted)/i.test(error.message);

function explain(error: Error, arn: string, region: string): UserError {
  return new UserError(
    `The secret ${arn} cannot be used: ${error.message || error.name}.\n  ${remedy(error, region)}`,
    {
      cause: error,
    },
  );
}

function remedy(error: Error, region: string): string {
  switch (error.name) {
    case "ResourceNotFoundException":
      return "It has no value, or was deleted, or lies in another account: run ./slipway up for the stack that owns it, with that account's credentials.";
    case "InvalidRequestException":
      return "If it waits for its deletion, restore it: aws secretsmanager restore-secret.";
    case "AccessDeniedException":
    case "DecryptionFailure":
      return "Whoever runs this needs secretsmanager:GetSecretValue on the secret and kms:Decrypt on its key.";
    case "CredentialsProviderError":
    case "UnrecognizedClientException":
    case "ExpiredTokenException":
    case "InvalidSignatureException":
      return "Sign in to AWS (aws sso login, or AWS_PROFILE) and try again.";
    default:
      return `Secrets Manager in ${region} did not answer; is there a way to it from here (its VPC endpoint, AWS_ENDPOINT_URL)?`;
  }
}
