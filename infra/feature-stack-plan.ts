import { type AddressRange, overlaps, parseCidr } from "./cidr.ts";
import type { RawSettings, Settings } from "./settings.ts";

/**
 * The range from which every feature environment takes its network: the upper half of 10/8. The long-lived stacks live in the
 * lower half (10.1, 10.2 ...), so that all of them could be connected one day.
 */
const featureRange = "10.128.0.0/9";

/** Addresses of a /20: room for three subnets of 256 addresses in each of two zones. */
const blockSize = 2 ** 12;

/** How many /20 blocks the range holds. Pull requests whose numbers differ by a multiple of this share one. */
export const featureBlocks = 2 ** (32 - 9) / blockSize;

/** What a feature environment takes from the settings of staging, complete. */
export type FeatureBase = Pick<
  Settings,
  "application" | "aws" | "network" | "database" | "cache" | "services" | "edge" | "flags" | "github"
>;

/**
 * The network of a pull request's environment, by the number alone, so that it is the same on every machine.
 * @param number 1 or more
 */
export function featureCidr(number: number): string {
  return `${address((parseCidr(featureRange)?.first ?? 0) + (number % featureBlocks) * blockSize)}/20`;
}

/**
 * Another pull request that would get the same network.
 * @param others the pull requests that have an environment
 * @returns undefined when the network is free
 */
export function networkRival(number: number, others: Iterable<number>): number | undefined {
  for (const other of others) {
    if (other !== number && other % featureBlocks === number % featureBlocks) return other;
  }
  return undefined;
}

/** Those of the networks that a feature environment's network would overlap, for instance of a stack that left the lower half. */
export function overlapping<Named extends { readonly cidr: string }>(
  number: number,
  networks: readonly Named[],
): Named[] {
  const own = parseCidr(featureCidr(number)) as AddressRange;
  return networks.filter(({ cidr }) => {
    const range = parseCidr(cidr);
    return range !== undefined && overlaps(own, range);
  });
}

/**
 * The settings of a pull request's environment: as staging, but small, cheap, without anything that keeps data beyond its
 * short life, and with a network, a database and hosts of its own. What staging shares with it (the region, the zone in Route
 * 53, GitHub's OIDC provider) it uses and does not make.
 * @returns what would stand below `slipway:` in its file
 */
export function planFeatureStack(number: number, base: FeatureBase): RawSettings {
  const { application, aws, cache, database, edge, flags, github, network, services } = base;
  const name = `pr-${number}`;
  const zone = edge?.zone ?? "";
  return {
    environment: "feature",
    platform: "ecs",
    application,
    aws,
    network: planNetwork(number, network?.zones ?? []),
    database: {
      name: `${application}_${name}`.replaceAll("-", "_"),
      engineVersion: database.engineVersion,
      instanceClass: "db.t4g.micro",
      storageGiB: 20,
      maxStorageGiB: 50,
      multiAz: false,
      backupDays: 1,
      backupWindow: database.backupWindow,
      maintenanceWindow: database.maintenanceWindow,
      deletionProtection: false,
      finalSnapshot: false,
    },
    cache: { engineVersion: cache.engineVersion, nodeType: "cache.t4g.micro", replicas: 0, snapshotDays: 0 },
    services: { backend: oneCopy(services.backend), frontend: oneCopy(services.frontend) },
    edge: {
      zone,
      hosts: {
        frontend: `${name}.${zone}`,
        ...(edge?.hosts.backend !== undefined && { backend: `${name}-api.${zone}` }),
      },
      createZone: false,
      waf: false,
    },
    // Nobody waits for the old version of a pull request to go.
    deployment: { strategy: "rolling", bakeMinutes: 0 },
    logs: { retentionDays: 7 },
    identity: { createOidcProvider: false },
    feature: {},
    flags,
    github: { owner: github.owner, repository: github.repository },
  };
}

type Services = FeatureBase["services"];

function oneCopy({ pod: _, ...service }: Services[keyof Services]) {
  return { ...service, scaling: { ...service.scaling, minimum: 1, maximum: 1 } };
}

/** Each tier owns four /24 of the block, of which a zone takes one. */
const tierOffsets = { public: 0, private: 4, isolated: 8 } as const;

function planNetwork(number: number, zones: readonly string[]) {
  const cidr = featureCidr(number);
  const first = (parseCidr(cidr) as AddressRange).first;
  const used = zones.slice(0, 2);
  const subnets = (tier: keyof typeof tierOffsets) =>
    used.map((_, zone) => `${address(first + (tierOffsets[tier] + zone) * 256)}/24`);
  return {
    cidr,
    zones: used,
    subnets: { public: subnets("public"), private: subnets("private"), isolated: subnets("isolated") },
    natGateways: "single",
    // Through NAT instead: endpoints cost more than a few days' traffic.
    interfaceEndpoints: "none",
  };
}

function address(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}
