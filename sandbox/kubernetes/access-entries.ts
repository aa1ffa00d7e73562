import type { EKS } from "@aws-sdk/client-eks";
import { reason } from "../errors.ts";
import type { ClusterOrder } from "./record.ts";
import { type PresignedCall, TokenRefused } from "./token.ts";

/** Who calls, as STS says. */
export interface Caller {
  readonly account: string;
  readonly arn: string;
  readonly userId: string;
}

/** A policy of EKS that a principal has in namespaces only. */
export interface NamespacedPolicy {
  readonly policy: string;
  /** Names, which may hold `*`. */
  readonly namespaces: readonly string[];
}

/** Whom a cluster takes somebody for. */
export interface ClusterUser {
  readonly username: string;
  readonly uid: string;
  readonly groups: readonly string[];
  readonly namespaced: readonly NamespacedPolicy[];
}

/** What the local AWS knows of people and of who may use which cluster. */
export interface Directory {
  /** Has STS judge the signature and the cluster that it was made for. @throws TokenRefused */
  callerOf(call: PresignedCall, cluster: string): Promise<Caller>;
  /** Whom the cluster's access entries make of a caller; undefined when none is about them. */
  userOf(caller: Caller, cluster: ClusterOrder): Promise<ClusterUser | undefined>;
}

/** The group of those who have a policy; bound in resources/objects/access-policies.yaml, or in a namespace by the authenticator. */
export function policyGroup(policy: string, namespace?: string): string {
  return ["slipway:eks", policy, ...(namespace === undefined ? [] : [namespace])].join(":");
}

/**
 * What an access entry says of who a caller is. A session of a role is known by the role: STS leaves the role's path out.
 * @param principals the ARNs that have an entry
 */
export function principalOf(caller: Caller, principals: readonly string[]): string | undefined {
  const session = /^arn:aws:sts::(\d{12}):assumed-role\/([^/]+)\/.+$/.exec(caller.arn);
  if (!session) return principals.find((principal) => principal === caller.arn);
  const [, account = "", role = ""] = session;
  return principals.find((principal) => {
    const [, owner, path = ""] = /^arn:aws:iam::(\d{12}):role\/(.+)$/.exec(principal) ?? [];
    return owner === account && path.split("/").at(-1) === role;
  });
}

/** The local AWS at `endpoint`. */
export function awsDirectory(endpoint: string): Directory {
  return {
    callerOf: async ({ url }, cluster) => {
      const answer = await fetch(url, { headers: { "x-k8s-aws-id": cluster, accept: "application/xml" } });
      const text = await answer.text();
      const field = (name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1] ?? "";
      if (!answer.ok) throw new TokenRefused(`STS says ${field("Code") || answer.status}: ${field("Message")}`);
      return { account: field("Account"), arn: field("Arn"), userId: field("UserId") };
    },
    userOf: async (caller, cluster) => {
      const credentials = { accessKeyId: cluster.account, secretAccessKey: "sandbox" };
      // Loaded when somebody first asks: most stacks have no cluster.
      const sdk = await import("@aws-sdk/client-eks");
      const client = new sdk.EKS({ endpoint, region: cluster.region, credentials, maxAttempts: 2 });
      try {
        return await readUser(sdk, client, caller, cluster.name);
      } catch (error) {
        throw new Error(`EKS does not tell the access entries of ${cluster.name}: ${reason(error)}`, { cause: error });
      } finally {
        client.destroy();
      }
    },
  };
}

async function readUser(
  sdk: typeof import("@aws-sdk/client-eks"),
  client: EKS,
  caller: Caller,
  clusterName: string,
): Promise<ClusterUser | undefined> {
  const principals: string[] = [];
  for await (const page of sdk.paginateListAccessEntries({ client }, { clusterName }))
    principals.push(...(page.accessEntries ?? []));
  const principalArn = principalOf(caller, principals);
  if (principalArn === undefined) return undefined;
  const { accessEntry } = await client.describeAccessEntry({ clusterName, principalArn });
  // Entries of other types are those of nodes.
  if (accessEntry?.type !== "STANDARD") return undefined;
  const groups = [...(accessEntry.kubernetesGroups ?? [])];
  const namespaced: NamespacedPolicy[] = [];
  for await (const page of sdk.paginateListAssociatedAccessPolicies({ client }, { clusterName, principalArn })) {
    for (const { policyArn = "", accessScope } of page.associatedAccessPolicies ?? []) {
      const policy = policyArn.split("/").at(-1) ?? "";
      if (accessScope?.type === "namespace") namespaced.push({ policy, namespaces: accessScope.namespaces ?? [] });
      else groups.push(policyGroup(policy));
    }
  }
  return { username: usernameOf(caller, accessEntry.username), uid: caller.userId, groups, namespaced };
}

/** An entry's own name, or the ARN that STS gives. The placeholders are EKS's. */
function usernameOf(caller: Caller, username: string | undefined): string {
  const session = caller.arn.split("/").at(-1) ?? "";
  return (username || caller.arn)
    .replaceAll("{{SessionNameRaw}}", session)
    .replaceAll("{{SessionName}}", session.replaceAll("@", "-"))
    .replaceAll("{{AccountID}}", caller.account);
}
