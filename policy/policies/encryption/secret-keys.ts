import type { ResourceRule } from "../../rule.ts";
import { isOwnKey, withKeyOfAws } from "./own-keys.ts";

const parameterType = "aws:ssm/parameter:Parameter";

export const secretKeys: ResourceRule = {
  name: "secret-keys",
  title: "Secrets have an own key",
  severity: "high",
  category: "encryption",
  description: "Secrets are encrypted with a key of one's own.",
  rationale:
    "With the key that AWS manages, permission to read a secret is permission to decrypt it; an own key is a second lock, with a log of its own.",
  remediation: "Set kmsKeyId (keyId of a parameter) to an aws.kms.Key.",
  controls: ["SOC2 CC6.1", "ISO27001 A.8.24", "NIST SC-12", "NIST SC-28(1)", "NIST IA-5(6)", "GDPR 32(1)(a)"],
  appliesTo: ["aws:secretsmanager/secret:Secret", parameterType],
  environments: ["staging", "preProduction", "production"],
  judge: ({ props, type }) => {
    if (type === parameterType && props.type !== "SecureString") return [];
    return isOwnKey(type === parameterType ? props.keyId : props.kmsKeyId) ? [] : [withKeyOfAws("its value")];
  },
};
