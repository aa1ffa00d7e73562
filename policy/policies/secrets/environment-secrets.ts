import { variablesOf, variableTypes } from "../../environment-variables.ts";
import type { ResourceRule } from "../../rule.ts";
import { secretKind } from "../../secret-formats.ts";

export const environmentSecrets: ResourceRule = {
  name: "environment-secrets",
  title: "No secrets in plain variables",
  severity: "critical",
  category: "secrets",
  description: "No variable of a container, function, build or workflow and no ConfigMap holds a secret in plain text.",
  rationale:
    "Everybody who may look at the task, the pod or the workflow reads it, and it stays in every former version.",
  remediation:
    "Keep it in Secrets Manager, and give the container its ARN by secrets or valueFrom, the build by SECRETS_MANAGER, the workflow a role.",
  controls: ["SOC2 CC6.1", "ISO27001 A.5.17", "NIST IA-5(7)", "CIS-K8S 5.4.1", "GDPR 32(1)(b)"],
  appliesTo: variableTypes,
  judge: (resource) =>
    variablesOf(resource).flatMap(({ name, value, where }) => {
      const kind = secretKind(name, value);
      return kind === undefined ? [] : [`has ${kind} in the variable ${name} of ${where}.`];
    }),
};
