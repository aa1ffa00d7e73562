import { accessMatrix } from "./policies/access-matrix/index.ts";
import { cost } from "./policies/cost/index.ts";
import { encryption } from "./policies/encryption/index.ts";
import { exposure } from "./policies/exposure/index.ts";
import { identity } from "./policies/identity/index.ts";
import { isolation } from "./policies/isolation/index.ts";
import { kubernetes } from "./policies/kubernetes/index.ts";
import { logging } from "./policies/logging/index.ts";
import { releaseProcess } from "./policies/release-process/index.ts";
import { resilience } from "./policies/resilience/index.ts";
import { secrets } from "./policies/secrets/index.ts";
import { supplyChain } from "./policies/supply-chain/index.ts";
import type { Rule } from "./rule.ts";

/** Every policy there is, by what it protects. */
export const rules: readonly Rule[] = [
  ...accessMatrix,
  ...cost,
  ...encryption,
  ...exposure,
  ...identity,
  ...isolation,
  ...kubernetes,
  ...logging,
  ...releaseProcess,
  ...resilience,
  ...secrets,
  ...supplyChain,
];
