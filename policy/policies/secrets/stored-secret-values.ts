import type { ResourceRule } from "../../rule.ts";

const parameter = "aws:ssm/parameter:Parameter";

export const storedSecretValues: ResourceRule = {
  name: "stored-secret-values",
  title: "The state knows no secret's value",
  severity: "high",
  category: "secrets",
  description: "A stack makes the place of a secret, and gives no value that the state would keep.",
  rationale: "A value given as an input is in the state and its backups, for everybody who may preview.",
  remediation: "Give it by a write-only argument (secretStringWo, valueWo), or write it where it is made.",
  controls: ["SOC2 CC6.1", "ISO27001 A.5.17", "ISO27001 A.8.24", "NIST IA-5(6)", "NIST SC-12"],
  appliesTo: ["aws:secretsmanager/secretVersion:SecretVersion", parameter],
  judge: ({ props, type }) => {
    // What is no SecureString is no secret, or the affair of parameter-secrets.
    const properties =
      type !== parameter ? ["secretBinary", "secretString"] : props.type === "SecureString" ? ["value"] : [];
    return properties
      .filter((each) => props[each] !== undefined && props[each] !== null && props[each] !== "")
      .map((each) => `gives the secret to the state as ${each}.`);
  },
};
