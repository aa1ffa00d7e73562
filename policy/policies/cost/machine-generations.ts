import type { ResourceRule } from "../../rule.ts";
import { machinesOf, sizedTypes } from "../../sizes.ts";

/** Families that AWS has replaced by faster ones for less: https://aws.amazon.com/ec2/previous-generation/ and those before T3. */
const old = /^(a1|c[1-4]|cc[0-9]|cr1|d2|g[23]|hs1|i2|m[1-4]|p2|r[34]|t[12]|x1e?)$/;

export const machineGenerations: ResourceRule = {
  name: "machine-generations",
  title: "Current generations",
  severity: "low",
  category: "cost",
  description: "No machine is of a generation that AWS has replaced.",
  rationale:
    "The old generation costs more for less, is first to run short, and lacks the encryption of the Nitro system.",
  remediation: "Choose the same size of the current family, for example m7g instead of m4.",
  controls: ["ISO27001 A.8.6", "ISO27001 A.5.23", "NIST SA-22"],
  appliesTo: sizedTypes,
  judge: ({ props, type }) =>
    machinesOf(type, props)
      .filter(({ family }) => old.test(family))
      .map(({ name }) => `runs on ${name}, of a generation that is replaced.`),
};
