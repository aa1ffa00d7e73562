import { Sha256 } from "@aws-crypto/sha256-js";
import { defaultProvider } from "@aws-sdk/credential-provider-node";
import { HttpRequest } from "@smithy/protocol-http";
import { SignatureV4 } from "@smithy/signature-v4";
import { UserError } from "../errors.ts";

type Credentials = Awaited<ReturnType<ReturnType<typeof defaultProvider>>>;

/** How long the signed request itself may be sent, in seconds: what AWS's command line signs. */
const requestLife = 60;
/** EKS takes the token for 15 minutes; the last one is left out, as AWS's command line does. Milliseconds. */
const tokenLife = 14 * 60_000;

/** What a client of Kubernetes reads from an exec plugin (client.authentication.k8s.io/v1beta1). */
export interface ExecCredential {
  readonly kind: "ExecCredential";
  readonly apiVersion: "client.authentication.k8s.io/v1beta1";
  readonly spec: Record<string, never>;
  readonly status: { readonly expirationTimestamp: string; readonly token: string };
}

/** Where and as whom a token is signed. */
export interface Signer {
  readonly region: string;
  /** STS's own address, where it is not AWS's for the region. */
  readonly endpoint?: string | undefined;
  readonly credentials: Credentials;
  /** @default now */
  readonly now?: Date;
}

/**
 * What `aws eks get-token` prints: a token that proves to one cluster of EKS who signed it. It is an address of STS that tells
 * whose signature it bears, signed together with the cluster's name, so that no other cluster can use it.
 */
export async function eksToken(cluster: string, signer: Signer): Promise<ExecCredential> {
  const { region, credentials, now = new Date() } = signer;
  const endpoint = new URL(signer.endpoint ?? stsEndpoint(region));
  const signature = new SignatureV4({ credentials, region, service: "sts", sha256: Sha256 });
  const request = new HttpRequest({
    method: "GET",
    protocol: endpoint.protocol,
    hostname: endpoint.hostname,
    ...(endpoint.port && { port: Number(endpoint.port) }),
    path: "/",
    query: { Action: "GetCallerIdentity", Version: "2011-06-15" },
    headers: { host: endpoint.host, "x-k8s-aws-id": cluster },
  });
  const { query = {} } = await signature.presign(request, {
    expiresIn: requestLife,
    signingDate: now,
    unhoistableHeaders: new Set(["x-k8s-aws-id"]),
  });
  const pairs = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`);
  const address = `${endpoint.origin}/?${pairs.join("&")}`;
  return {
    kind: "ExecCredential",
    apiVersion: "client.authentication.k8s.io/v1beta1",
    spec: {},
    status: {
      expirationTimestamp: new Date(now.getTime() + tokenLife).toISOString().replace(/\.\d+Z$/, "Z"),
      token: `k8s-aws-v1.${Buffer.from(address).toString("base64url")}`,
    },
  };
}

/**
 * Who signs and where, as AWS's SDKs find it in the environment and the user's files.
 * @throws UserError when there are no credentials
 */
export async function signerOf(region: string, env: NodeJS.ProcessEnv = process.env): Promise<Signer> {
  const endpoint = env.AWS_ENDPOINT_URL_STS || env.AWS_ENDPOINT_URL || undefined;
  try {
    return { region, endpoint, credentials: await defaultProvider()() };
  } catch (error) {
    throw new UserError(
      `There are no credentials of AWS to sign a token for the cluster with: ${(error as Error).message}.\n  Sign in (aws sso login), set AWS_PROFILE, or use the sandbox: eval "$(./slipway env prod)".`,
      { cause: error },
    );
  }
}

/** STS of a region, in the partition that the region belongs to. */
function stsEndpoint(region: string): string {
  return `https://sts.${region}.${region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com"}`;
}
