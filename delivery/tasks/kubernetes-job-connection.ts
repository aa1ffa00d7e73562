import { EKSClient } from "@aws-sdk/client-eks";
import type { KubeConfig } from "@kubernetes/client-node";
import { eksToken, type Signer } from "../aws/eks-token.ts";
import { UserError } from "../errors.ts";

/** A cluster of EKS, and who asks. */
export interface ClusterPlace {
  readonly cluster: string;
  readonly region: string;
}

/** How AWS is reached: what its clients are made with. */
export interface AwsOptions {
  readonly region: string;
  readonly endpoint?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** A token is used for so long and then made anew, in milliseconds: EKS takes it for 15 minutes. */
const tokenUse = 10 * 60_000;

/**
 * How to talk to a cluster's API server, as whoever has the AWS credentials. Tokens are made anew while it is used.
 * @param signer who signs tokens, asked whenever one is needed
 * @throws UserError when EKS does not know the cluster, or it is not active
 */
export async function clusterConfig(
  { cluster }: ClusterPlace,
  options: AwsOptions,
  signer: () => Promise<Signer>,
): Promise<KubeConfig> {
  const { endpoint, certificateAuthority } = await describe(cluster, options);
  const { KubeConfig } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  let token: { readonly text: string; readonly until: number } | undefined;
  config.addAuthenticator({
    isAuthProvider: ({ name }) => name === user,
    async applyAuthentication(_, request) {
      if (token === undefined || token.until < Date.now()) {
        const { status } = await eksToken(cluster, await signer());
        token = { text: status.token, until: Date.now() + tokenUse };
      }
      request.headers = { ...request.headers, Authorization: `Bearer ${token.text}` };
    },
  });
  config.loadFromClusterAndUser(
    { name: cluster, server: endpoint, caData: certificateAuthority, skipTLSVerify: false },
    { name: user },
  );
  return config;
}

const user = "slipway";

async function describe(name: string, options: AwsOptions) {
  const { DescribeClusterCommand } = await import("@aws-sdk/client-eks");
  const client = new EKSClient(options);
  try {
    const { cluster } = await client.send(new DescribeClusterCommand({ name }));
    const { certificateAuthority, endpoint, status } = cluster ?? {};
    if (endpoint && certificateAuthority?.data) return { endpoint, certificateAuthority: certificateAuthority.data };
    throw new UserError(`The cluster ${name} cannot be used yet: it is ${status ?? "without a status"}.`);
  } catch (error) {
    if (error instanceof UserError || !(error instanceof Error)) throw error;
    throw new UserError(
      `EKS does not say where the cluster ${name} is: ${error.message || error.name}.\n  It takes eks:DescribeCluster on it, in the account that it is in (aws sts get-caller-identity says who you are).`,
      { cause: error },
    );
  } finally {
    client.destroy();
  }
}
