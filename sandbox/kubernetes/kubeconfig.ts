import { stringify } from "yaml";

/** One way into one API server. */
interface Access {
  /** The cluster's name, which the context gets too. */
  readonly name: string;
  readonly server: string;
  /** The authority (PEM) that signed the server's certificate; none for plain http. */
  readonly authority?: string;
  readonly user: string;
  readonly token: string;
}

/** A kubeconfig with a token that does not end, for the sandbox's own parts. It is a secret. */
export function staticKubeconfig({ name, server, authority, user, token }: Access): string {
  const trust = authority === undefined ? {} : { "certificate-authority-data": base64(authority) };
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster: { server, ...trust } }],
    users: [{ name: user, user: { token } }],
    contexts: [{ name, context: { cluster: name, user } }],
    "current-context": name,
  });
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
