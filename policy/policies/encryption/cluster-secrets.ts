import type { ResourceRule } from "../../rule.ts";
import { recordOf, textsOf } from "../../values.ts";
import { isOwnKey } from "./own-keys.ts";

export const clusterSecrets: ResourceRule = {
  name: "cluster-secrets",
  title: "Kubernetes encrypts Secrets with an own key",
  severity: "high",
  category: "encryption",
  description: "An EKS cluster encrypts Secrets with a key of one's own.",
  rationale: "Secrets are else as safe as a key of AWS that no policy or log of the account shows.",
  remediation: "Set encryptionConfig with the resource secrets and the ARN of an aws.kms.Key.",
  controls: ["SOC2 CC6.1", "ISO27001 A.8.24", "NIST SC-12", "NIST SC-28(1)", "GDPR 32(1)(a)"],
  appliesTo: ["aws:eks/cluster:Cluster"],
  judge: ({ props }) => {
    const { provider, resources } = recordOf(props.encryptionConfig);
    return textsOf(resources).includes("secrets") && isOwnKey(recordOf(provider).keyArn)
      ? []
      : ["encrypts Secrets with a key that is not its own."];
  },
};
