import type { ResourceRule } from "../../rule.ts";

export const keyLockoutCheck: ResourceRule = {
  name: "key-lockout-check",
  title: "Keys that somebody can administer",
  severity: "medium",
  category: "encryption",
  description: "A key's policy is accepted only if its author can still change it afterwards.",
  rationale: "A key that nobody can administer takes all that is encrypted with it along when it has to go.",
  remediation: "Leave bypassPolicyLockoutSafetyCheck out or false.",
  controls: ["SOC2 A1.2", "ISO27001 A.8.24", "NIST SC-12"],
  appliesTo: ["aws:kms/key:Key", "aws:kms/externalKey:ExternalKey", "aws:kms/replicaKey:ReplicaKey"],
  judge: ({ props }) =>
    props.bypassPolicyLockoutSafetyCheck === true ? ["may get a policy that locks everybody out."] : [],
  remediate: ({ props }) =>
    props.bypassPolicyLockoutSafetyCheck === true ? { ...props, bypassPolicyLockoutSafetyCheck: false } : undefined,
};
