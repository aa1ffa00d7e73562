import type { ResourceRule } from "../../rule.ts";

export const eksAddonVersions: ResourceRule = {
  name: "eks-addon-versions",
  title: "Add-ons by version",
  severity: "medium",
  category: "supply chain",
  description: "An add-on of EKS names its version.",
  rationale: "Without one EKS takes its default of the day: two clusters of one program then run different code.",
  remediation: "Set addonVersion to what aws eks describe-addon-versions offers.",
  controls: ["SOC2 CC8.1", "ISO27001 A.8.19", "NIST CM-2", "NIST SR-4"],
  appliesTo: ["aws:eks/addon:Addon"],
  judge: ({ props }) => (props.addonVersion ? [] : ["names no version."]),
};
