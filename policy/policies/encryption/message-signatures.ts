import type { ResourceRule } from "../../rule.ts";
import { numberOf } from "../../values.ts";

export const messageSignatures: ResourceRule = {
  name: "message-signatures",
  title: "Topics sign with SHA-256",
  severity: "low",
  category: "encryption",
  description: "A topic signs its messages with SHA-256.",
  rationale: "The default signs with SHA-1, for which forgeries exist; receivers trust a message by its signature.",
  remediation: "Set signatureVersion to 2.",
  controls: ["NIST SC-13", "NIST SC-8", "ISO27001 A.8.24", "SOC2 CC6.7"],
  appliesTo: ["aws:sns/topic:Topic"],
  judge: ({ props }) => (numberOf(props.signatureVersion) === 2 ? [] : ["signs its messages with SHA-1."]),
  remediate: ({ props }) => (numberOf(props.signatureVersion) === 2 ? undefined : { ...props, signatureVersion: 2 }),
};
