import { UserError } from "../delivery/errors.ts";
import type { KubernetesSettings } from "./kubernetes-platform-plan.ts";

/* Who may do what in a cluster. Pure. */

/** A person's or team's access as settings describe it. */
export type AccessSetting = KubernetesSettings["access"][number];

/**
 * EKS's own policies for people, by level. Source: EKS user guide, "Review access policy permissions".
 *
 * | level | sees | changes |
 * |---|---|---|
 * | view | everything in namespaces but Secrets | nothing |
 * | edit | Secrets too | what runs in namespaces, not who may do what there |
 * | admin | as edit | that too |
 * | clusterAdmin | everything | everything |
 */
export const policyOfLevel: Readonly<Record<AccessSetting["level"], string>> = {
  view: "AmazonEKSViewPolicy",
  edit: "AmazonEKSEditPolicy",
  admin: "AmazonEKSAdminPolicy",
  clusterAdmin: "AmazonEKSClusterAdminPolicy",
};

/** A policy of EKS's given to somebody. */
interface PlannedGrant {
  readonly level: AccessSetting["level"];
  readonly scope: { readonly type: "cluster" } | { readonly type: "namespace"; readonly namespaces: readonly string[] };
}

/** One identity's entry in the cluster, of which EKS allows one. */
export interface PlannedEntry {
  /** What it is called: the role's own name, without its path. */
  readonly part: string;
  readonly role: string;
  readonly grants: readonly PlannedGrant[];
}

/**
 * One entry for each role, and one grant for each of its levels: EKS associates a policy once with an entry, for the whole cluster
 * or for a list of namespaces. Sorted, so that the order of the settings changes nothing.
 */
export function planEntries(access: readonly AccessSetting[]): readonly PlannedEntry[] {
  const roles = [...new Set(access.map(({ role }) => role))].sort();
  return roles.map((role) => {
    const own = access.filter((each) => each.role === role);
    const levels = [...new Set(own.map(({ level }) => level))].sort();
    return { part: roleName(role), role, grants: levels.map((level) => planGrant(level, own)) };
  });
}

function planGrant(level: AccessSetting["level"], own: readonly AccessSetting[]): PlannedGrant {
  const places = own.filter((each) => each.level === level).map(({ namespace }) => namespace);
  const namespaces = [...new Set(places)].filter((place) => place !== undefined).sort();
  return places.includes(undefined) || namespaces.length === 0
    ? { level, scope: { type: "cluster" } }
    : { level, scope: { type: "namespace", namespaces } };
}

/** `arn:aws:iam::123456789012:role/path/Name` is called `Name`. */
const roleName = (arn: string) => arn.slice(arn.lastIndexOf("/") + 1);

/** Who is running the program, and who may. */
export interface CallerQuestion {
  /** Of `sts:GetCallerIdentity`. */
  readonly callerArn: string;
  /** For the message. */
  readonly stack: string;
  readonly access: readonly AccessSetting[];
  /** The role of deploying jobs, and in a preview that of previews; none where nobody but people deploys. */
  readonly delivery: readonly string[];
}

/**
 * Why whoever runs the program could not work in the cluster, undefined when they can. Nobody is let in for having made the
 * cluster: without this check `up` would build for a quarter of an hour and then be refused by its own work.
 *
 * The account's root user is let through: in the sandbox it is who one is, and no one signs in as it elsewhere.
 */
export function explainCaller({ access, callerArn, delivery, stack }: CallerQuestion): UserError | undefined {
  const [, , , , account = "", who = ""] = callerArn.split(":");
  if (who === "root") return undefined;
  const name = /^assumed-role\/([^/]+)\//.exec(who)?.[1];
  const may = [...delivery, ...access.filter(isAdministrator).map(({ role }) => role)];
  if (name !== undefined && may.some((role) => role.split(":")[4] === account && roleName(role) === name))
    return undefined;
  const remedy =
    name === undefined
      ? "Assume a role that slipway:kubernetes.access names (an IAM user cannot be listed)."
      : `Add {role: <the ARN of the role ${name}, with its path>, level: clusterAdmin} to it, or run up in a workflow.`;
  return new UserError(
    `Pulumi.${stack}.yaml: slipway:kubernetes.access does not let in whoever runs this: ${callerArn}.\n  ${remedy}`,
  );
}

const isAdministrator = ({ level, namespace }: AccessSetting) => level === "clusterAdmin" && namespace === undefined;
