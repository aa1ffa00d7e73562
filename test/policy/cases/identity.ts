import type { Cases } from "../support/cases.ts";
import { dataIdentityCases } from "./identity-data.ts";
import { grantCases } from "./identity-grants.ts";
import { kubernetesIdentityCases } from "./identity-kubernetes.ts";
import { trustCases } from "./identity-trust.ts";

export const identityCases: Cases = {
  ...grantCases,
  ...trustCases,
  ...kubernetesIdentityCases,
  ...dataIdentityCases,
};
