import { environmentOf } from "../../resource.ts";
import type { ResourceRule } from "../../rule.ts";
import { machinesOf, sizedTypes } from "../../sizes.ts";

/** In multiples of xlarge. */
const largest = 1;
const largestInProduction = 4;

export const machineSizes: ResourceRule = {
  name: "machine-sizes",
  title: "Sizes that fit the environment",
  severity: "medium",
  category: "cost",
  description: `Machines are no larger than xlarge, in production no larger than ${largestInProduction}xlarge.`,
  rationale: "Each step doubles the price, and a size that was tried for an afternoon stays for a year.",
  remediation: "Choose a smaller size, or have the finding exempted with the measurement that asks for it.",
  controls: ["SOC2 A1.1", "ISO27001 A.8.6", "ISO27001 A.5.23"],
  appliesTo: sizedTypes,
  judge: (resource) => {
    const limit = environmentOf(resource) === "production" ? largestInProduction : largest;
    return machinesOf(resource.type, resource.props)
      .filter(({ size }) => size > limit)
      .map(({ name }) => `runs on ${name}, which is larger than ${limit === 1 ? "" : limit}xlarge.`);
  },
};
