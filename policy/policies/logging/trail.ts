import type { ResourceRule } from "../../rule.ts";

export const trail: ResourceRule = {
  name: "trail",
  title: "CloudTrail records everything, provably",
  severity: "high",
  category: "logging",
  description: "A trail records every region, can be verified, and is encrypted with a KMS key.",
  rationale: "Intruders work in regions that nobody looks at, and delete or change what was recorded of them.",
  remediation: "Set isMultiRegionTrail and enableLogFileValidation to true, and kmsKeyId to an aws.kms.Key.",
  controls: ["CIS-AWS 3.1", "CIS-AWS 3.2", "CIS-AWS 3.5", "SOC2 CC7.2", "ISO27001 A.8.15", "NIST AU-9", "NIST AU-12"],
  appliesTo: ["aws:cloudtrail/trail:Trail"],
  judge: ({ props }) => [
    ...(props.enableLogging === false ? ["records nothing."] : []),
    ...(props.isMultiRegionTrail === true ? [] : ["records one region alone."]),
    ...(props.includeGlobalServiceEvents === false ? ["leaves out IAM and other global services."] : []),
    ...(props.enableLogFileValidation === true ? [] : ["cannot be verified."]),
    ...(props.kmsKeyId ? [] : ["has no KMS key."]),
  ],
};
