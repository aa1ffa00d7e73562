import type { ResourceRule } from "../../rule.ts";
import { secretKind } from "../../secret-formats.ts";

export const parameterSecrets: ResourceRule = {
  name: "parameter-secrets",
  title: "No secrets in plain parameters",
  severity: "high",
  category: "secrets",
  description: "A parameter of Systems Manager that is a secret, by its name or its format, is a SecureString.",
  rationale: "A String is not encrypted with a key of yours, and everybody who may list parameters reads it.",
  remediation: "Make it a SecureString with valueWo, or a secret of Secrets Manager.",
  controls: ["SOC2 CC6.1", "ISO27001 A.8.24", "NIST SC-28(1)", "NIST IA-5"],
  appliesTo: ["aws:ssm/parameter:Parameter"],
  judge: ({ props }) => {
    if (props.type === "SecureString") return [];
    const name =
      String(props.name ?? "")
        .split("/")
        .at(-1)
        ?.replaceAll(/[^A-Za-z0-9]+/g, "_") ?? "";
    const values = [props.value, props.insecureValue].filter((value) => typeof value === "string");
    const [kind] = values.flatMap((value) => secretKind(name, value) ?? []);
    return kind === undefined ? [] : [`keeps ${kind} in plain text.`];
  },
};
