import type { Rule } from "../../rule.ts";
import { buildEnvironment } from "./build-environment.ts";
import { databaseEngineVersion } from "./database-engine-version.ts";
import { eksAddonVersions } from "./eks-addon-versions.ts";
import { eksVersion } from "./eks-version.ts";
import { gitHubActionsPermissions } from "./github-actions-permissions.ts";
import { imageDigests } from "./image-digests.ts";
import { imageRegistries } from "./image-registries.ts";
import { imageScanning } from "./image-scanning.ts";
import { imageTagImmutability } from "./image-tag-immutability.ts";
import { lambdaRuntimes } from "./lambda-runtimes.ts";
import { minorVersionUpgrades } from "./minor-version-upgrades.ts";

export const supplyChain: readonly Rule[] = [
  imageDigests,
  imageRegistries,
  imageTagImmutability,
  imageScanning,
  gitHubActionsPermissions,
  buildEnvironment,
  eksVersion,
  eksAddonVersions,
  databaseEngineVersion,
  lambdaRuntimes,
  minorVersionUpgrades,
];
