/** The cluster that a kubeconfig leads to. */
export interface ClusterAddress {
  readonly name: string;
  readonly region: string;
  /** The API server's, `https://...`. */
  readonly endpoint: string;
  /** The PEM of the authority that signed its certificate, in base64. */
  readonly certificateAuthority: string;
}

/**
 * A kubeconfig without a secret: whoever uses it signs in with the AWS identity of their own environment, by way of the AWS command
 * line, which makes a token that lives 14 minutes. JSON, which is YAML as well; the same cluster gives the same text for ever.
 */
export function planKubeconfig({ certificateAuthority, endpoint, name, region }: ClusterAddress): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster: { server: endpoint, "certificate-authority-data": certificateAuthority } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    "current-context": name,
    users: [
      {
        name,
        user: {
          exec: {
            apiVersion: "client.authentication.k8s.io/v1beta1",
            command: "aws",
            args: ["eks", "get-token", "--cluster-name", name, "--region", region, "--output", "json"],
            env: null,
            interactiveMode: "Never",
            provideClusterInfo: false,
          },
        },
      },
    ],
  });
}
