import { z } from "zod";
import { type NamespacedPolicy, policyGroup } from "./access-entries.ts";
import type { Kubectl } from "./kubectl.ts";

/** Which of Kubernetes' roles a policy of EKS is in a namespace; the others exist for whole clusters or for nodes. */
const roles: Readonly<Record<string, string>> = {
  AmazonEKSAdminPolicy: "admin",
  AmazonEKSAdminViewPolicy: "slipway:eks:AmazonEKSAdminViewPolicy",
  AmazonEKSEditPolicy: "edit",
  AmazonEKSViewPolicy: "view",
  AmazonEKSClusterAdminPolicy: "cluster-admin",
};

const namespaceList = z.object({ items: z.array(z.object({ metadata: z.object({ name: z.string() }) })) });

/**
 * Sees to it that policies that hold in namespaces do so: binds their groups in each namespace that there is. One that is made later is
 * found when the API server asks again, ten seconds later at most.
 * @returns the groups
 */
export async function namespaceBindings(
  policies: readonly NamespacedPolicy[],
  kubectl: Pick<Kubectl, "run">,
): Promise<string[]> {
  const known = policies.filter(({ policy }) => policy in roles);
  if (known.length === 0) return [];
  const { items } = namespaceList.parse(JSON.parse(await kubectl.run(["get", "namespaces", "--output=json"])));
  const all = items.map(({ metadata }) => metadata.name);
  const held = known.flatMap(({ policy, namespaces }) =>
    all
      .filter((name) => namespaces.some((pattern) => matches(name, pattern)))
      .map((namespace) => ({ policy, namespace })),
  );
  if (held.length === 0) return [];
  const bindings = { apiVersion: "v1", kind: "List", items: held.map(bindingOf) };
  await kubectl.run(
    ["apply", "--server-side", "--force-conflicts", "--field-manager=eks", "--filename=-"],
    JSON.stringify(bindings),
  );
  return held.map(({ policy, namespace }) => policyGroup(policy, namespace));
}

function matches(name: string, pattern: string): boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[.\\+?^${}()|[\]]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(name);
}

function bindingOf({ policy, namespace }: { policy: string; namespace: string }) {
  const apiGroup = "rbac.authorization.k8s.io";
  return {
    apiVersion: `${apiGroup}/v1`,
    kind: "RoleBinding",
    metadata: { name: policyGroup(policy), namespace },
    roleRef: { apiGroup, kind: "ClusterRole", name: roles[policy] },
    subjects: [{ apiGroup, kind: "Group", name: policyGroup(policy, namespace) }],
  };
}
