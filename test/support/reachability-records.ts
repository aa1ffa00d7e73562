import type { NetworkRecords } from "./reachability.ts";

interface Recorded {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/**
 * The records of reachability.ts from what a mocked run registered. The mocks make ids of logical names (`<name>-id`), from which a
 * route's target gets the beginning that AWS's ids have.
 *
 * @param placed where members of a group are, by the group's physical name; anywhere when it is not named.
 */
export function recordsOf(
  resources: readonly Recorded[],
  placed: Record<string, readonly string[]> = {},
): NetworkRecords {
  const all = (type: string) => resources.filter((resource) => resource.type === type);
  const text = ({ inputs }: Recorded, key: string) => inputs[key] as string | undefined;
  const number = ({ inputs }: Recorded, key: string) => inputs[key] as number | undefined;
  const idOf = ({ name }: Recorded) => `${name}-id`;
  const rules = (["ingress", "egress"] as const).flatMap((direction) => {
    const kind = direction === "ingress" ? "Ingress" : "Egress";
    return all(`aws:vpc/securityGroup${kind}Rule:SecurityGroup${kind}Rule`).map((rule) => ({
      groupId: text(rule, "securityGroupId") ?? "",
      direction,
      protocol: text(rule, "ipProtocol") ?? "",
      fromPort: number(rule, "fromPort"),
      toPort: number(rule, "toPort"),
      peerGroupId: text(rule, "referencedSecurityGroupId"),
      cidr: text(rule, "cidrIpv4"),
      prefixListId: text(rule, "prefixListId"),
    }));
  });
  const tableOf = new Map(
    all("aws:ec2/routeTableAssociation:RouteTableAssociation").map((each) => [
      text(each, "subnetId"),
      text(each, "routeTableId") ?? "",
    ]),
  );
  return {
    vpcCidr: all("aws:ec2/vpc:Vpc").map((vpc) => text(vpc, "cidrBlock"))[0] ?? "",
    groups: all("aws:ec2/securityGroup:SecurityGroup").map((group) => {
      const name = text(group, "name") ?? group.name;
      const subnetIds = placed[name];
      return { id: idOf(group), name, ...(subnetIds && { subnetIds }) };
    }),
    rules,
    subnets: all("aws:ec2/subnet:Subnet").map((subnet) => ({
      id: idOf(subnet),
      name: subnet.name,
      cidr: text(subnet, "cidrBlock") ?? "",
      routeTableId: tableOf.get(idOf(subnet)) ?? "main",
    })),
    routes: all("aws:ec2/route:Route").map((route) => ({
      routeTableId: text(route, "routeTableId") ?? "",
      destination: text(route, "destinationCidrBlock") ?? "",
      target: text(route, "gatewayId") ? "igw-" : text(route, "natGatewayId") ? "nat-" : "other-",
    })),
  };
}
