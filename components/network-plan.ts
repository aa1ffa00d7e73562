import { type AddressRange, blockOf, formatCidr, parseCidr } from "../infra/cidr.ts";
import type { Settings } from "../infra/settings.ts";

/** The groups of subnets: reached from the internet, reaching it through NAT, and neither. */
export const tiers = ["public", "private", "isolated"] as const;
export type Tier = (typeof tiers)[number];

/** What runs in the VPC: on EKS every pod takes an address of a private subnet, so that those are larger there. */
export type NetworkPlatform = "ecs" | "eks";

/** The settings of the network. */
export type NetworkSettings = NonNullable<Settings["network"]>;

/** One subnet of a plan. */
export interface PlannedSubnet {
  readonly tier: Tier;
  /** For example `us-west-2a`. */
  readonly zone: string;
  /** The zone's letter, by which everything of a zone is named: an index would shift when a zone is added before it. */
  readonly letter: string;
  readonly cidr: string;
}

/** Why a network has no place on the grid. */
export interface GridProblem {
  /** Which of the network's settings is to blame. */
  readonly path: readonly ["cidr"] | readonly ["zones", number];
  readonly what: string;
  readonly remedy: string;
}

/** The zones that have a slot in the larger grids: six, as many as the largest region has. */
const letters = "abcdef";

/** Where a tier lies: its blocks of size `/prefix` begin at block `start` and follow each other by the letter of the zone. */
interface TierPlace {
  readonly prefix: number;
  readonly start: number;
}

interface Grid extends Readonly<Record<Tier, TierPlace>> {
  /** How many zones have a slot, counted from zone a. */
  readonly slots: number;
}

/**
 * The grid for a VPC of a size, or undefined when it is too small to hold any. A load balancer wants subnets of /27 or larger
 * (Elastic Load Balancing user guide, "Subnets for your load balancer"), which sets the lower bound.
 *
 * | platform | VPC | public | private | isolated | in reserve |
 * |---|---|---|---|---|---|
 * | ecs | /16 to /18 | /24 from .1 | /24 from .11 | /24 from .21 | from .31 |
 * | ecs | /19 to /22 | first quarter, in eighths | second quarter | third quarter | fourth quarter |
 * | ecs | /23 | first quarter, in fourths | second quarter | third quarter | fourth quarter |
 * | ecs | /24 | first quarter, in halves | second quarter | third quarter | fourth quarter |
 * | eks | /16, /17 | /24 from .1 | /20 from .16 | /24 from .9 | from .112 |
 * | eks | /18 to /20 | as /17, all sizes halved with the VPC's | | | |
 */
function gridFor(vpc: AddressRange, platform: NetworkPlatform): Grid | undefined {
  if (platform === "eks") {
    if (vpc.prefix > 20) return undefined;
    const pods = Math.max(20, vpc.prefix + 3);
    return {
      public: { prefix: pods + 4, start: 1 },
      isolated: { prefix: pods + 4, start: 9 },
      private: { prefix: pods, start: 1 },
      slots: letters.length,
    };
  }
  if (vpc.prefix <= 18) {
    const at = (start: number) => ({ prefix: 24, start });
    return { public: at(1), private: at(11), isolated: at(21), slots: letters.length };
  }
  if (vpc.prefix > 24) return undefined;
  const bits = vpc.prefix <= 22 ? 3 : 25 - vpc.prefix;
  const quarter = (index: number) => ({ prefix: vpc.prefix + 2 + bits, start: index * 2 ** bits });
  return {
    public: quarter(0),
    private: quarter(1),
    isolated: quarter(2),
    slots: Math.min(letters.length, 2 ** bits),
  };
}

/**
 * Why the subnets of a network cannot be placed by themselves; undefined when they can, or when the settings list them.
 */
export function gridProblem(network: NetworkSettings, platform: NetworkPlatform): GridProblem | undefined {
  const vpc = parseCidr(network.cidr);
  if (network.subnets || !vpc) return undefined;
  const orList = "or list the blocks of every tier in slipway:network.subnets";
  const grid = gridFor(vpc, platform);
  if (!grid) {
    return {
      path: ["cidr"],
      what: `is ${network.cidr}, too small for the subnets of a stack on ${platform}.`,
      remedy: `Choose a range of size /16 to /${platform === "eks" ? 20 : 24}, ${orList}.`,
    };
  }
  const index = network.zones.findIndex((zone) => !letters.slice(0, grid.slots).includes(letterOf(zone)));
  if (index < 0) return undefined;
  const zone = network.zones[index] ?? "";
  const known = letters.includes(letterOf(zone));
  return {
    path: ["zones", index],
    what: `is "${zone}", for which a VPC of size /${vpc.prefix} has no place: it has one for the zones a to ${letters[grid.slots - 1]}.`,
    remedy: known
      ? `Choose another zone, set slipway:network.cidr to a range of size /${letterOf(zone) > "d" ? 22 : 23} or larger, ${orList}.`
      : `Choose another zone, ${orList}.`,
  };
}

/**
 * Places every tier and zone. Where the settings list the blocks, those are taken; else a tier owns a stretch of the VPC's
 * range and a zone's letter owns a slot in it, so that more zones or another tier use free slots and move nothing.
 *
 * @returns the subnets by tier, and in a tier by zone, whatever the order of the settings.
 * @throws RangeError when there is no place: `gridProblem` says so before, when the settings are checked.
 */
export function planSubnets(network: NetworkSettings, platform: NetworkPlatform): PlannedSubnet[] {
  const problem = gridProblem(network, platform);
  if (problem) throw new RangeError(`slipway:network.${problem.path[0]} ${problem.what}`);
  return tiers.flatMap((tier) =>
    network.zones
      .map((zone, index): PlannedSubnet => {
        const cidr = network.subnets?.[tier][index] ?? place(network.cidr, platform, tier, letterOf(zone));
        return { tier, zone, letter: letterOf(zone), cidr };
      })
      .sort((a, b) => (a.letter < b.letter ? -1 : 1)),
  );
}

function place(cidr: string, platform: NetworkPlatform, tier: Tier, letter: string): string {
  const vpc = parseCidr(cidr);
  const at = vpc && gridFor(vpc, platform)?.[tier];
  if (!vpc || !at) throw new RangeError(`slipway:network.cidr "${cidr}" is no range that subnets can be placed in`);
  return formatCidr(blockOf(vpc, at.prefix, at.start + letters.indexOf(letter)));
}

const letterOf = (zone: string) => zone.slice(-1);

/** A NAT gateway of a plan. */
export interface PlannedNatGateway {
  /** What it is called: `nat-a`, after the zone that it stands in, or `nat-regional`. */
  readonly part: string;
  /** The zone that it stands in; undefined for one that spans the region and needs neither subnet nor address of ours. */
  readonly letter: string | undefined;
  /** The zones whose private subnets go through it. */
  readonly serves: readonly string[];
}

/**
 * The NAT gateways: one in the first zone, one in each, or one that spans the region. Named after the zone, so that a change
 * from `single` to `perZone` keeps the first gateway and its address.
 */
export function planNatGateways({ natGateways, zones }: NetworkSettings): PlannedNatGateway[] {
  const all = zones.map(letterOf).sort();
  const [first] = all;
  if (natGateways === "regional") return [{ part: "nat-regional", letter: undefined, serves: all }];
  if (natGateways === "single")
    return first === undefined ? [] : [{ part: `nat-${first}`, letter: first, serves: all }];
  return all.map((letter) => ({ part: `nat-${letter}`, letter, serves: [letter] }));
}

/**
 * The tags by which the AWS Load Balancer Controller and EKS find the subnets for load balancers.
 * Source: EKS user guide, "Route TCP and UDP traffic with Network Load Balancers", subnet tags.
 */
export function kubernetesTags(tier: Tier, platform: NetworkPlatform): Record<string, string> {
  if (platform !== "eks" || tier === "isolated") return {};
  return { [tier === "public" ? "kubernetes.io/role/elb" : "kubernetes.io/role/internal-elb"]: "1" };
}
