import type { ResourceRule } from "../../rule.ts";
import { recordOf } from "../../values.ts";

export const kubernetesSecretObjects: ResourceRule = {
  name: "kubernetes-secret-objects",
  title: "No Secrets from the state",
  severity: "high",
  category: "secrets",
  description: "A stack makes no Secret of Kubernetes that has contents, nor one that is a service account's token.",
  rationale: "The contents pass through the state, where they stay; and such a token, unlike a pod's, never ends.",
  remediation: "Let the Secrets Store CSI driver bring it from Secrets Manager by a SecretProviderClass.",
  controls: ["CIS-K8S 5.4.2", "SOC2 CC6.1", "ISO27001 A.5.17", "NIST IA-5", "NIST SC-12"],
  appliesTo: ["kubernetes:core/v1:Secret", "kubernetes:core/v1:SecretPatch"],
  judge: ({ props }) => {
    const keys = [...Object.keys(recordOf(props.data)), ...Object.keys(recordOf(props.stringData))];
    return [
      ...(keys.length === 0 ? [] : [`keeps ${keys.join(", ")} in the state.`]),
      ...(props.type === "kubernetes.io/service-account-token"
        ? ["is a token of a service account that never ends."]
        : []),
    ];
  },
};
