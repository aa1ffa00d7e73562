import type { ResourceRule } from "../../rule.ts";
import { recordOf } from "../../values.ts";

export const gitHubRepository: ResourceRule = {
  name: "github-repository",
  title: "The repository is closed and watched",
  severity: "high",
  category: "release process",
  description:
    "A repository is private or internal, warns of vulnerable dependencies, and refuses pushes that hold secrets.",
  rationale: "It holds the way into every environment; and a secret that was pushed once is a secret no more.",
  remediation:
    "Set visibility to private or internal, vulnerabilityAlerts to true, and secretScanningPushProtection of securityAndAnalysis to enabled.",
  controls: ["SOC2 CC6.1", "SOC2 CC7.1", "ISO27001 A.8.4", "ISO27001 A.8.8", "NIST RA-5", "NIST SA-10"],
  appliesTo: ["github:index/repository:Repository"],
  judge: ({ props }) => {
    const visibility = props.visibility ?? (props.private === true ? "private" : "public");
    const { secretScanningPushProtection } = recordOf(props.securityAndAnalysis);
    return [
      ...(visibility === "private" || visibility === "internal" ? [] : ["can be read by everybody."]),
      ...(props.vulnerabilityAlerts === true ? [] : ["does not warn of vulnerable dependencies."]),
      ...(recordOf(secretScanningPushProtection).status === "enabled" ? [] : ["takes pushes that hold secrets."]),
    ];
  },
};
