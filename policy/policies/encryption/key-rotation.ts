import type { ResourceRule } from "../../rule.ts";
import { numberOf } from "../../values.ts";

/** Days: KMS's own default, and what the benchmarks ask for. */
const longest = 365;

export const keyRotation: ResourceRule = {
  name: "key-rotation",
  title: "Keys rotate",
  severity: "medium",
  category: "encryption",
  description: `A symmetric KMS key rotates by itself, every ${longest} days or sooner.`,
  rationale: "Without rotation one key encrypts everything there ever was, and its loss opens it all.",
  remediation: `Set enableKeyRotation to true, and rotationPeriodInDays to ${longest} or less.`,
  controls: ["SOC2 CC6.1", "ISO27001 A.8.24", "CIS-AWS 3.6", "NIST SC-12"],
  appliesTo: ["aws:kms/key:Key"],
  judge: ({ props }) => {
    if (!canRotate(props)) return [];
    if (props.enableKeyRotation !== true) return ["never rotates."];
    const days = numberOf(props.rotationPeriodInDays) ?? longest;
    return days <= longest ? [] : [`rotates every ${days} days, not every ${longest}.`];
  },
  remediate: ({ props }) => {
    if (!canRotate(props)) return undefined;
    const days = numberOf(props.rotationPeriodInDays) ?? longest;
    if (props.enableKeyRotation === true && days <= longest) return undefined;
    return { ...props, enableKeyRotation: true, ...(days > longest && { rotationPeriodInDays: longest }) };
  },
};

/** KMS rotates no asymmetric keys, and none whose material lies elsewhere. */
function canRotate(props: Readonly<Record<string, unknown>>): boolean {
  const { customKeyStoreId, customerMasterKeySpec = "SYMMETRIC_DEFAULT", keyUsage = "ENCRYPT_DECRYPT" } = props;
  return customerMasterKeySpec === "SYMMETRIC_DEFAULT" && keyUsage === "ENCRYPT_DECRYPT" && !customKeyStoreId;
}
