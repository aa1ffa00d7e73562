import { S3Client } from "@aws-sdk/client-s3";
import { localEndpoint } from "./clients.ts";
import { inspectBucket } from "./inspect.ts";
import type { FoundBucket } from "./plan.ts";

/** What is to be said of the backend that `PULUMI_BACKEND_URL` names. */
export interface BackendVerdict {
  readonly good: boolean;
  readonly detail: string;
}

/** What a bucket lacks that holds states, in words; empty when it lacks nothing. */
export function weaknessesOf(bucket: FoundBucket): string[] {
  const { closed, encryption, versioned } = bucket;
  return [
    ...(versioned ? [] : ["no versions are kept, so that a lost state is lost"]),
    ...(encryption?.algorithm === "aws:kms" && encryption.keyArn ? [] : ["it is not encrypted with a key of yours"]),
    ...(closed ? [] : ["public access is not blocked"]),
  ];
}

/**
 * Judges the bucket of an `s3://` backend; asks for a few seconds at most.
 * @returns undefined when the URL names no S3
 */
export async function examineBackend(
  url: string | undefined,
  env: NodeJS.ProcessEnv = process.env,
): Promise<BackendVerdict | undefined> {
  if (!url?.startsWith("s3://") || !URL.canParse(url)) return undefined;
  const { hostname: bucket, searchParams } = new URL(url);
  const region = searchParams.get("region") ?? env.AWS_REGION ?? env.AWS_DEFAULT_REGION;
  const endpoint = searchParams.get("endpoint") ?? localEndpoint(env);
  const s3 = new S3Client({
    ...(region && { region }),
    ...(endpoint && { endpoint, forcePathStyle: true }),
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 3000, requestTimeout: 5000 },
  });
  try {
    const weaknesses = weaknessesOf(await inspectBucket(s3, bucket));
    if (weaknesses.length === 0) return { good: true, detail: `${bucket}: versioned, encrypted, closed to the public` };
    return { good: false, detail: `${bucket}: ${weaknesses.join("; ")}. Run ./slipway backend create.` };
  } catch (error) {
    const { message, name } = error as Error;
    return { good: false, detail: `${bucket} cannot be examined: ${name}: ${message.split("\n")[0]}` };
  } finally {
    s3.destroy();
  }
}
