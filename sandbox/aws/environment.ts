import path from "node:path";
import type { Layout } from "../layout.ts";

/** The sandbox's account: MiniStack takes an access key of twelve digits for the account that it belongs to. */
const sandboxAccount = "000000000000";

/** Where the part keeps its files, below its data folder. */
export function awsFiles(layout: Layout): { readonly certificateAuthority: string; readonly certificates: string } {
  const certificates = path.join(layout.data("aws"), "certificates");
  return { certificates, certificateAuthority: path.join(certificates, "ca.pem") };
}

/**
 * The variables by which the SDKs, the AWS plugin and clients of local databases reach the local AWS at `url`. They also
 * keep the user's own credentials and profiles out of it. The region is left to the stack.
 */
export function awsEnvironment(url: string, layout: Layout): Record<string, string> {
  const { certificateAuthority } = awsFiles(layout);
  return {
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: sandboxAccount,
    AWS_SECRET_ACCESS_KEY: "sandbox",
    AWS_REGION: "us-west-2",
    AWS_MAX_ATTEMPTS: "2",
    AWS_EC2_METADATA_DISABLED: "true",
    // The authority by whose certificates the local databases are known; libpq's variable.
    PGSSLROOTCERT: certificateAuthority,
  };
}

/** The variables by which what runs inside the local AWS (tasks, pods) reaches it and what it runs. */
export function taskEnvironment(url: string, layout: Layout): Record<string, string> {
  const { certificateAuthority } = awsFiles(layout);
  return { AWS_ENDPOINT_URL: url, NODE_EXTRA_CA_CERTS: certificateAuthority, PGSSLROOTCERT: certificateAuthority };
}

/** The variables of a process that stands for a container in a pod: it has the identity of the account as its own. */
export function podEnvironment(url: string, layout: Layout, account: string, region: string): Record<string, string> {
  return {
    ...awsEnvironment(url, layout),
    ...taskEnvironment(url, layout),
    AWS_ACCESS_KEY_ID: account,
    AWS_REGION: region,
  };
}
