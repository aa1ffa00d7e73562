import { generateKeyPairSync } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { newSecret } from "../secrets.ts";
import { privateDirectory, readIfPresent, writeAtomically } from "../system/files.ts";
import { staticKubeconfig } from "./kubeconfig.ts";

/**
 * Who has a token of the API server for as long as the cluster lives, and in which groups they are. The controllers and the
 * scheduler have the rights that Kubernetes gives to these names; what else acts for AWS may do everything.
 */
const accounts = {
  admin: { user: "slipway:admin", group: "system:masters" },
  "controller-manager": { user: "system:kube-controller-manager", group: "" },
  scheduler: { user: "system:kube-scheduler", group: "" },
  nodes: { user: "slipway:nodes", group: "system:masters" },
  "load-balancers": { user: "slipway:load-balancers", group: "system:masters" },
} as const;
type AccountName = keyof typeof accounts;
const accountNames = Object.keys(accounts) as AccountName[];

/** The files by which a cluster's parts know each other; relative to its folder, in which all of them run. */
export const credentialFiles = {
  /** The API server's certificate and key, and the authority that signed it. */
  certificates: "certificates",
  authority: "certificates/ca.pem",
  certificate: "certificates/server.pem",
  certificateKey: "certificates/server.key",
  /** What signs and checks the tokens of service accounts. */
  serviceAccountKey: "service-accounts.key",
  serviceAccountPublicKey: "service-accounts.pub",
  tokens: "tokens.csv",
  /** Where the API server asks who a token of EKS stands for. */
  webhook: "webhook.kubeconfig",
} as const;

/** The kubeconfig of one of the accounts, relative to the cluster's folder. */
export function kubeconfigFile(account: AccountName): string {
  return `${account}.kubeconfig`;
}

/**
 * Makes what is missing of a cluster's keys and tokens, in files that nobody else may read. Tokens and the service accounts'
 * key stay for the cluster's life; the certificate is made anew (by the caller, before) when it is about to end.
 */
export function makeCredentials(directory: string, cluster: { readonly name: string; readonly port: number }): void {
  privateDirectory(directory);
  const file = (name: string) => path.join(directory, name);
  if (!existsSync(file(credentialFiles.serviceAccountPublicKey))) {
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    writeAtomically(
      file(credentialFiles.serviceAccountKey),
      privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    );
    writeAtomically(
      file(credentialFiles.serviceAccountPublicKey),
      publicKey.export({ type: "spki", format: "pem" }).toString(),
    );
  }
  const tokens = readTokens(directory);
  for (const name of accountNames) tokens[name] ??= newSecret();
  const lines = accountNames.map((name) => {
    const { user, group } = accounts[name];
    return [tokens[name], user, user, ...(group ? [`"${group}"`] : [])].join(",");
  });
  writeAtomically(file(credentialFiles.tokens), `${lines.join("\n")}\n`);
  const authority = readFileSync(file(credentialFiles.authority), "utf8");
  for (const name of accountNames) {
    const { user } = accounts[name];
    const server = `https://127.0.0.1:${cluster.port}`;
    const text = staticKubeconfig({ name: cluster.name, server, authority, user, token: tokens[name] ?? "" });
    writeAtomically(file(kubeconfigFile(name)), text);
  }
}

/** The token of the cluster's administrator, for what is asked of the API server by hand. */
export function adminToken(directory: string): string {
  return readTokens(directory).admin ?? "";
}

/**
 * Tells the API server where the authenticator is, which may be elsewhere after each start of the sandbox.
 * @param url with the secret that the authenticator knows it by
 */
export function writeWebhook(directory: string, url: string): void {
  const text = staticKubeconfig({ name: "authenticator", server: url, user: "apiserver", token: "" });
  writeAtomically(path.join(directory, credentialFiles.webhook), text);
}

function readTokens(directory: string): Partial<Record<AccountName, string>> {
  const lines = (readIfPresent(path.join(directory, credentialFiles.tokens)) ?? "").split("\n");
  const byUser = new Map(lines.map((line) => line.split(",")).map(([token = "", user = ""]) => [user, token]));
  return Object.fromEntries(
    accountNames.flatMap((name) => {
      const token = byUser.get(accounts[name].user);
      return token ? [[name, token]] : [];
    }),
  );
}
