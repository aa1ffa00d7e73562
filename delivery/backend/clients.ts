import { KMSClient } from "@aws-sdk/client-kms";
import { S3Client } from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { UserError } from "../errors.ts";

/** The services that a backend is made of. */
export interface BackendClients {
  readonly kms: KMSClient;
  readonly s3: S3Client;
}

/** Who is signed in to AWS. */
export interface Caller {
  /** 12 digits. */
  readonly accountId: string;
  /** The user or role. */
  readonly arn: string;
  /** `aws`, `aws-cn` or `aws-us-gov`: the second part of every ARN. */
  readonly partition: string;
}

/** Connections to one region; credentials come from where the AWS command line has them. The caller ends them. */
export function backendClients(region: string, env: NodeJS.ProcessEnv = process.env): BackendClients {
  return {
    kms: new KMSClient({ region }),
    s3: new S3Client({ region, forcePathStyle: localEndpoint(env) !== undefined }),
  };
}

/**
 * The address of an S3 on this machine, which has no host name for each bucket.
 * @returns undefined for Amazon's
 */
export function localEndpoint(env: NodeJS.ProcessEnv): string | undefined {
  const endpoint = env.AWS_ENDPOINT_URL_S3 || env.AWS_ENDPOINT_URL;
  if (!endpoint || !URL.canParse(endpoint)) return undefined;
  const { hostname } = new URL(endpoint);
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d+){3}$/.test(hostname) ? endpoint : undefined;
}

/**
 * Asks AWS who is calling.
 * @throws UserError, with what to do, when nobody is signed in or AWS does not know them
 */
export async function whoAmI(region: string): Promise<Caller> {
  const sts = new STSClient({ region });
  try {
    const { Account, Arn } = await sts.send(new GetCallerIdentityCommand({}));
    return { accountId: Account ?? "", arn: Arn ?? "", partition: Arn?.split(":")[1] ?? "aws" };
  } catch (error) {
    const { message, name } = error as Error;
    const what =
      name === "CredentialsProviderError" || name === "TokenProviderError"
        ? "Nobody is signed in to AWS"
        : "AWS did not say whose credentials these are";
    throw new UserError(
      `${what}: ${message.split("\n")[0]}\n` +
        "  Sign in (aws sso login, then AWS_PROFILE; or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY) and try again.",
      { cause: error },
    );
  } finally {
    sts.destroy();
  }
}

/** Turns a refusal of AWS into a message of ours; anything else comes back as it is. */
export function explainAwsError(error: unknown): unknown {
  if (error instanceof UserError || !(error instanceof Error)) return error;
  const { $fault, $metadata, code } = error as {
    readonly $fault?: string;
    readonly $metadata?: { readonly requestId?: string };
    readonly code?: string;
  };
  if ($fault === undefined && $metadata === undefined && code === undefined) return error;
  return new UserError(
    `AWS refused or could not be reached: ${error.name}: ${error.message}${$metadata?.requestId ? ` (request ${$metadata.requestId})` : ""}\n` +
      "  What was made stays; mend the cause (rights, network) and run the command again, and it goes on from there.",
    { cause: error },
  );
}
