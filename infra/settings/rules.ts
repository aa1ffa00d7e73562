import type { Problem } from "./problems.ts";
import { cachesHaveAStandby, databaseNamesAreFree, databaseWindowsWork, storageMayGrow } from "./rules/database.ts";
import { accessIsPossible, namespacesAreOwn, publicEndpointIsNarrow } from "./rules/kubernetes.ts";
import { hostsLieInZone, subnetsFitNetwork, subnetsHaveAPlace, zonesLieInRegion } from "./rules/network.ts";
import { environmentRequirements } from "./rules/requirements.ts";
import type { Rule, RuleInput } from "./rules/rule.ts";
import {
  backendIsReachable,
  fargateSizesExist,
  portsDiffer,
  scalingIsARange,
  servicesFitPlatform,
} from "./rules/services.ts";
import {
  databaseSettingsFitPlatform,
  featureBelongsToFeature,
  groupsFitPlatform,
  platformFitsEnvironment,
  stackStandsForEnvironment,
} from "./rules/stack.ts";

/** All rules that concern several settings, in the order in which their problems are told. */
const rules: readonly Rule[] = [
  stackStandsForEnvironment,
  platformFitsEnvironment,
  groupsFitPlatform,
  databaseSettingsFitPlatform,
  featureBelongsToFeature,
  servicesFitPlatform,
  portsDiffer,
  scalingIsARange,
  fargateSizesExist,
  zonesLieInRegion,
  subnetsHaveAPlace,
  subnetsFitNetwork,
  databaseNamesAreFree,
  storageMayGrow,
  databaseWindowsWork,
  cachesHaveAStandby,
  hostsLieInZone,
  backendIsReachable,
  namespacesAreOwn,
  accessIsPossible,
  publicEndpointIsNarrow,
  environmentRequirements,
];

/** All problems that the rules find. */
export function checkRules(input: RuleInput): Problem[] {
  return rules.flatMap((rule) => rule(input));
}
