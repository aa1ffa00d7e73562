import type { ResourceRule } from "../../rule.ts";
import { recordOf, recordsOf, textsOf } from "../../values.ts";

const bindingType = "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicyBinding";
const webhooksType = "kubernetes:admissionregistration.k8s.io/v1:ValidatingWebhookConfiguration";

export const admissionControl: ResourceRule = {
  name: "admission-control",
  title: "Admission control fails closed",
  severity: "high",
  category: "Kubernetes",
  description: "A validating admission policy or webhook denies what it refuses and what it could not judge.",
  rationale: "A policy that warns only, or lets pass what it cannot judge, is passed by making it fail.",
  remediation: "Set failurePolicy to Fail, validationActions to Deny, and parameterNotFoundAction to Deny.",
  controls: ["CIS-K8S 5.2.1", "NIST CM-5", "NIST AC-3", "ISO27001 A.8.32", "SOC2 CC8.1"],
  appliesTo: ["kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy", bindingType, webhooksType],
  judge: ({ props, type }) => {
    if (type === webhooksType)
      return recordsOf(props.webhooks)
        .filter(({ failurePolicy }) => failurePolicy === "Ignore")
        .map(({ name }) => `lets pass what its webhook "${name}" could not judge.`);
    const spec = recordOf(props.spec);
    if (type !== bindingType) return spec.failurePolicy === "Ignore" ? ["lets pass what it could not judge."] : [];
    return [
      ...(textsOf(spec.validationActions).includes("Deny") ? [] : ["does not deny what its policy refuses."]),
      ...(recordOf(spec.paramRef).parameterNotFoundAction === "Allow"
        ? ["lets everything pass where its parameters are missing."]
        : []),
    ];
  },
};
