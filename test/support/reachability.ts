import { contains, overlaps, parseCidr } from "../../infra/cidr.ts";

/*
 * Who reaches whom, worked out from plain records of security groups, their rules, subnets and routes. The records come from a
 * mocked run (reachability-records.ts) or from what the AWS SDK reads back, so that both are held to the same list.
 */

export interface GroupRecord {
  readonly id: string;
  /** What it is called in the answers, for example `database`. */
  readonly name: string;
  /** Where its members are; anywhere in the VPC when absent. */
  readonly subnetIds?: readonly string[];
}

export interface RuleRecord {
  readonly groupId: string;
  readonly direction: "ingress" | "egress";
  /** `-1` is every protocol and port. */
  readonly protocol: string;
  /** Both inclusive; absent for every port. */
  readonly fromPort?: number | undefined;
  readonly toPort?: number | undefined;
  /** Exactly one end: a group's id, an IPv4 range or a prefix list's id. */
  readonly peerGroupId?: string | undefined;
  readonly cidr?: string | undefined;
  readonly prefixListId?: string | undefined;
}

export interface SubnetRecord {
  readonly id: string;
  readonly name: string;
  readonly cidr: string;
  readonly routeTableId: string;
}

export interface RouteRecord {
  readonly routeTableId: string;
  /** An IPv4 range or a prefix list's id. */
  readonly destination: string;
  /** What the target's id begins with decides what it is: `igw-`, `nat-`, `vpce-`, `local`. */
  readonly target: string;
}

/** What stands, as plain records. */
export interface NetworkRecords {
  readonly vpcCidr: string;
  readonly groups: readonly GroupRecord[];
  readonly rules: readonly RuleRecord[];
  readonly subnets: readonly SubnetRecord[];
  readonly routes: readonly RouteRecord[];
}

/** The world outside the VPC, as one end of a connection. */
export const internet = "internet";

/** How a subnet gets to the internet: both ways, outwards only, or not at all. */
export type WayOut = "internet gateway" | "NAT" | "none";

/**
 * The way from each subnet to the internet, by the subnet's name. Any route to an address outside the VPC counts, not only one to 0.0.0.0/0.
 */
export function waysOut({ routes, subnets, vpcCidr }: NetworkRecords): Record<string, WayOut> {
  return Object.fromEntries(
    subnets.map(({ name, routeTableId }) => {
      const outward = routes.filter(
        (route) => route.routeTableId === routeTableId && leaves(route.destination, vpcCidr),
      );
      const way = outward.some(({ target }) => target.startsWith("igw"))
        ? "internet gateway"
        : outward.some(({ target }) => target.startsWith("nat"))
          ? "NAT"
          : "none";
      return [name, way];
    }),
  );
}

/**
 * Every connection that rules and routes let through, sorted: `backend -> database tcp 5432`. One between two groups needs a way out
 * of the first and a way into the second; one with the internet needs a rule and a route. A range of addresses lets through
 * every group with a member in it. A prefix list is an end of its own: `backend -> pl-1 tcp 443`.
 */
export function connections(records: NetworkRecords): string[] {
  const found = new Set<string>();
  for (const rule of records.rules) {
    const group = records.groups.find(({ id }) => id === rule.groupId);
    if (!group) throw new Error(`a rule belongs to the group ${rule.groupId}, of which nothing is recorded`);
    if (rule.direction === "ingress") {
      if (meetsInternet(records, group, rule, ["internet gateway"])) found.add(line(internet, group.name, rule, rule));
      continue;
    }
    if (rule.prefixListId !== undefined) found.add(line(group.name, rule.prefixListId, rule, rule));
    if (meetsInternet(records, group, rule, ["internet gateway", "NAT"]))
      found.add(line(group.name, internet, rule, rule));
    for (const peer of records.groups.filter((other) => meets(records, rule, other))) {
      const into = records.rules.filter(({ direction, groupId }) => direction === "ingress" && groupId === peer.id);
      for (const other of into.filter((candidate) => meets(records, candidate, group) && portsMeet(rule, candidate)))
        found.add(line(group.name, peer.name, rule, other));
    }
  }
  return [...found].sort();
}

/** Whether a rule's other end takes in members of a group. */
function meets(records: NetworkRecords, { cidr, peerGroupId }: RuleRecord, group: GroupRecord): boolean {
  if (peerGroupId !== undefined) return peerGroupId === group.id;
  const range = cidr === undefined ? undefined : parseCidr(cidr);
  if (!range) return false;
  const blocks = group.subnetIds ? subnetsOf(records, group).map((subnet) => subnet.cidr) : [records.vpcCidr];
  return blocks.some((block) => {
    const parsed = parseCidr(block);
    return parsed !== undefined && overlaps(range, parsed);
  });
}

function meetsInternet(records: NetworkRecords, group: GroupRecord, { cidr }: RuleRecord, ways: WayOut[]): boolean {
  if (cidr === undefined || !leaves(cidr, records.vpcCidr)) return false;
  const ofSubnets = waysOut(records);
  return subnetsOf(records, group).some(({ name }) => ways.includes(ofSubnets[name] ?? "none"));
}

/** The subnets in which a group may have members. */
function subnetsOf({ subnets }: NetworkRecords, { subnetIds }: GroupRecord): readonly SubnetRecord[] {
  return subnetIds ? subnets.filter(({ id }) => subnetIds.includes(id)) : subnets;
}

/** Whether a destination lies, at least in part, outside the VPC; a prefix list is AWS's own service and does not count. */
function leaves(destination: string, vpcCidr: string): boolean {
  const range = parseCidr(destination);
  const vpc = parseCidr(vpcCidr);
  return range !== undefined && vpc !== undefined && !contains(vpc, range);
}

const everyPort = { from: 0, to: 65535 };
const portsOf = ({ fromPort, protocol, toPort }: RuleRecord) =>
  protocol === "-1" || fromPort === undefined || toPort === undefined ? everyPort : { from: fromPort, to: toPort };

function portsMeet(a: RuleRecord, b: RuleRecord): boolean {
  const protocols = a.protocol === b.protocol || a.protocol === "-1" || b.protocol === "-1";
  return protocols && portsOf(a).from <= portsOf(b).to && portsOf(b).from <= portsOf(a).to;
}

function line(from: string, to: string, a: RuleRecord, b: RuleRecord): string {
  const first = Math.max(portsOf(a).from, portsOf(b).from);
  const last = Math.min(portsOf(a).to, portsOf(b).to);
  const protocol = a.protocol === "-1" ? b.protocol : a.protocol;
  const ports =
    first === everyPort.from && last === everyPort.to ? "every port" : first === last ? first : `${first}-${last}`;
  return `${from} -> ${to} ${protocol === "-1" ? "any" : protocol} ${ports}`;
}
