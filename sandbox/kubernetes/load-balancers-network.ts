import { ModelError } from "./load-balancers-objects.ts";
import type { PlannedLoadBalancer } from "./load-balancers-plan.ts";
import { itemsOf, type LocalAws, LocalAwsError, oneOf } from "./local-aws.ts";

/** The tags by which the controller finds the subnets of a scheme. */
const roleTags = { "internet-facing": "kubernetes.io/role/elb", internal: "kubernetes.io/role/internal-elb" } as const;

/** One subnet a zone for a load balancer, in a VPC. @throws ModelError when there are fewer than two zones */
export async function subnetsFor(aws: LocalAws, vpcId: string, planned: PlannedLoadBalancer): Promise<string[]> {
  const { scheme, subnets } = planned;
  const tags = subnets.matchTags ?? [{ key: roleTags[scheme], values: ["1", ""] }];
  const filters = subnets.ids ? [] : tags.map(({ key, values }) => [`tag:${key}`, values] as const);
  const answer = await aws.ec2("DescribeSubnets", {
    ...filtersOf([["vpc-id", [vpcId]], ...filters]),
    ...Object.fromEntries((subnets.ids ?? []).map((id, index) => [`SubnetId.${index + 1}`, id])),
  });
  const byZone = new Map<string, string>();
  const found = itemsOf(answer, "subnetSet").map((item) => [
    oneOf(item, "availabilityZone") ?? "",
    oneOf(item, "subnetId") ?? "",
  ]);
  for (const [zone = "", id = ""] of found.toSorted((one, other) => String(one[1]).localeCompare(String(other[1])))) {
    if (!byZone.has(zone)) byZone.set(zone, id);
  }
  if (byZone.size < 2) {
    const how = subnets.ids
      ? `with the ids ${subnets.ids.join(", ")}`
      : `tagged ${tags.map(({ key }) => key).join(", ")}`;
    throw new ModelError(
      `couldn't auto-discover subnets: ${vpcId} has them ${how} in ${byZone.size} zones, and two are needed`,
    );
  }
  return [...byZone.values()].toSorted();
}

/** The group that lets clients in on a load balancer's ports; it is made anew when these change. @returns its id */
export async function ensureSecurityGroup(aws: LocalAws, vpcId: string, planned: PlannedLoadBalancer): Promise<string> {
  const { listeners, name, tags } = planned;
  const wanted = listeners.flatMap(({ port }) => planned.inboundCidrs.map((cidr) => `${port} ${cidr}`)).toSorted();
  const group = (await groupsOf(aws, tags)).at(0);
  const id = group?.id ?? (await createGroup(aws, vpcId, name, tags));
  const there = group?.rules ?? [];
  await changeRules(aws, "RevokeSecurityGroupIngress", id, without(there, wanted));
  await changeRules(aws, "AuthorizeSecurityGroupIngress", id, without(wanted, there));
  return id;
}

/** Removes the groups of a load balancer. */
export async function removeSecurityGroups(aws: LocalAws, tags: Readonly<Record<string, string>>): Promise<void> {
  for (const { id } of await groupsOf(aws, tags)) {
    await aws.ec2("DeleteSecurityGroup", { GroupId: id }).catch((error: unknown) => {
      if (!(error instanceof LocalAwsError && error.code.startsWith("InvalidGroup"))) throw error;
    });
  }
}

/** The stacks of which there are security groups for a cluster's load balancers. */
export async function stacksWithGroups(aws: LocalAws, clusterName: string): Promise<string[]> {
  const answer = await aws.ec2("DescribeSecurityGroups", filtersOf([["tag:eks:eks-cluster-name", [clusterName]]]));
  const stack = /<key>ingress\.eks\.amazonaws\.com\/stack<\/key>\s*<value>([^<]*)<\/value>/;
  return itemsOf(answer, "securityGroupInfo").flatMap((item) => stack.exec(item)?.[1] ?? []);
}

async function groupsOf(
  aws: LocalAws,
  tags: Readonly<Record<string, string>>,
): Promise<{ id: string; rules: string[] }[]> {
  const known = ["eks:eks-cluster-name", "ingress.eks.amazonaws.com/stack"];
  const filters = known.map((key) => [`tag:${key}`, [tags[key] ?? ""]] as const);
  const answer = await aws.ec2("DescribeSecurityGroups", filtersOf(filters));
  return itemsOf(answer, "securityGroupInfo").map((item) => ({
    id: oneOf(item, "groupId") ?? "",
    rules: itemsOf(item.replace(/<ipPermissionsEgress>[\s\S]*<\/ipPermissionsEgress>/, ""), "ipPermissions")
      .flatMap((rule) =>
        itemsOf(rule, "ipRanges").map((range) => `${oneOf(rule, "fromPort")} ${oneOf(range, "cidrIp")}`),
      )
      .toSorted(),
  }));
}

async function createGroup(
  aws: LocalAws,
  vpcId: string,
  name: string,
  tags: Readonly<Record<string, string>>,
): Promise<string> {
  const tagged = Object.entries(tags).flatMap(([key, value], index) => [
    [`TagSpecification.1.Tag.${index + 1}.Key`, key],
    [`TagSpecification.1.Tag.${index + 1}.Value`, value],
  ]);
  const answer = await aws.ec2("CreateSecurityGroup", {
    GroupName: `k8s-managed-${name}`,
    GroupDescription: "[k8s] Managed SecurityGroup for LoadBalancer",
    VpcId: vpcId,
    "TagSpecification.1.ResourceType": "security-group",
    ...Object.fromEntries(tagged),
  });
  return oneOf(answer, "groupId") ?? "";
}

async function changeRules(aws: LocalAws, action: string, GroupId: string, rules: readonly string[]): Promise<void> {
  if (rules.length === 0) return;
  const permissions = rules.flatMap((rule, index) => {
    const [port = "", cidr = ""] = rule.split(" ");
    const permission = `IpPermissions.${index + 1}`;
    return [
      [`${permission}.IpProtocol`, "tcp"],
      [`${permission}.FromPort`, port],
      [`${permission}.ToPort`, port],
      [`${permission}.IpRanges.1.CidrIp`, cidr],
    ];
  });
  await aws.ec2(action, { GroupId, ...Object.fromEntries(permissions) });
}

const without = (some: readonly string[], others: readonly string[]): string[] =>
  some.filter((each) => !others.includes(each));

function filtersOf(filters: readonly (readonly [string, readonly string[]])[]): Record<string, string> {
  return Object.fromEntries(
    filters.flatMap(([name, values], index) => [
      [`Filter.${index + 1}.Name`, name],
      ...values.map((value, number) => [`Filter.${index + 1}.Value.${number + 1}`, value]),
    ]),
  );
}
