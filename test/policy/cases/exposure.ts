import type { Cases } from "../support/cases.ts";
import { exposureAccessCases } from "./exposure-access.ts";
import { exposureNetworkCases } from "./exposure-network.ts";

export const exposureCases: Cases = { ...exposureAccessCases, ...exposureNetworkCases };
