import type { ResourceRule } from "../../rule.ts";
import { recordOf } from "../../values.ts";

export const imageScanning: ResourceRule = {
  name: "image-scanning",
  title: "Images are scanned",
  severity: "medium",
  category: "supply chain",
  description: "ECR scans every image for known vulnerabilities when it is pushed.",
  rationale: "A hole that is public the day before the release is otherwise found by others first.",
  remediation: "Set imageScanningConfiguration.scanOnPush to true.",
  controls: ["SOC2 CC7.1", "ISO27001 A.8.8", "NIST RA-5", "NIST SI-2"],
  appliesTo: ["aws:ecr/repository:Repository"],
  judge: ({ props }) =>
    recordOf(props.imageScanningConfiguration).scanOnPush === true ? [] : ["does not scan what is pushed."],
  remediate: ({ props }) =>
    recordOf(props.imageScanningConfiguration).scanOnPush === true
      ? undefined
      : { ...props, imageScanningConfiguration: { scanOnPush: true } },
};
