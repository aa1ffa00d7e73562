import { blindOperations } from "./blind-operations.ts";
import { carelessDatabases } from "./careless-databases.ts";
import { carelessStores } from "./careless-stores.ts";
import { leakyWorkloads } from "./leaky-workloads.ts";
import { looseDelivery } from "./loose-delivery.ts";
import { looseSupply } from "./loose-supply.ts";
import { openCluster } from "./open-cluster.ts";
import { openNetwork } from "./open-network.ts";
import { plainTraffic } from "./plain-traffic.ts";
import type { Program } from "./program.ts";
import { publicStorage } from "./public-storage.ts";
import { wideRoles } from "./wide-roles.ts";

/** Every program, each insecure in its own field. */
export const corpus: readonly Program[] = [
  publicStorage,
  openNetwork,
  carelessDatabases,
  carelessStores,
  wideRoles,
  plainTraffic,
  openCluster,
  leakyWorkloads,
  looseDelivery,
  looseSupply,
  blindOperations,
];
