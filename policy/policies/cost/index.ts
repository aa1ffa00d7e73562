import type { Rule } from "../../rule.ts";
import { budgetAlerts } from "./budget-alerts.ts";
import { extendedSupport } from "./extended-support.ts";
import { machineGenerations } from "./machine-generations.ts";
import { machineSizes } from "./machine-sizes.ts";
import { natGatewayCount } from "./nat-gateway-count.ts";
import { registryLifecycle } from "./registry-lifecycle.ts";
import { requiredTags } from "./required-tags.ts";
import { stackBudget } from "./stack-budget.ts";
import { storageTypes } from "./storage-types.ts";
import { tagPropagation } from "./tag-propagation.ts";

export const cost: readonly Rule[] = [
  stackBudget,
  budgetAlerts,
  requiredTags,
  tagPropagation,
  extendedSupport,
  machineSizes,
  machineGenerations,
  storageTypes,
  natGatewayCount,
  registryLifecycle,
];
