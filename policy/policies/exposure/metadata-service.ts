import type { ResourceRule } from "../../rule.ts";
import { recordOf } from "../../values.ts";

export const metadataService: ResourceRule = {
  name: "metadata-service",
  title: "The metadata service asks for a token",
  severity: "high",
  category: "exposure",
  description: "Machines take IMDSv2 alone.",
  rationale: "With IMDSv1 one request that an application can be tricked into hands out the machine's credentials.",
  remediation: "Set metadataOptions.httpTokens to required.",
  controls: ["CIS-AWS 5.6", "SOC2 CC6.1", "ISO27001 A.8.9", "NIST AC-3", "NIST CM-6"],
  appliesTo: ["aws:ec2/instance:Instance", "aws:ec2/launchTemplate:LaunchTemplate"],
  judge: ({ props }) => (isGuarded(props) ? [] : ["answers requests for metadata without a token."]),
  remediate: ({ props }) =>
    isGuarded(props)
      ? undefined
      : { ...props, metadataOptions: { ...recordOf(props.metadataOptions), httpTokens: "required" } },
};

function isGuarded(props: Readonly<Record<string, unknown>>): boolean {
  const { httpEndpoint, httpTokens } = recordOf(props.metadataOptions);
  return httpTokens === "required" || httpEndpoint === "disabled";
}
