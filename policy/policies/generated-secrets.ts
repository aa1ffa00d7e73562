import type { Rule } from "../rule.ts";

export const generatedSecrets: Rule = {
  name: "generated-secrets",
  title: "No generated secrets in the state",
  severity: "high",
  description: "No resource makes a password or a private key, since its result would be kept in the state.",
  rationale: "The state outlives the secret, is copied to every machine that runs an update, and is never rotated.",
  remediation:
    "Let the service manage it (manageMasterUserPassword), or make it where it is used and write it to a secret store.",
  controls: [{ framework: "SOC 2", version: "2017", id: "CC6.1" }],
  appliesTo: [
    "random:index/randomPassword:RandomPassword",
    "tls:index/privateKey:PrivateKey",
    "aws:iam/accessKey:AccessKey",
    "aws:iam/userLoginProfile:UserLoginProfile",
  ],
  judge: () => ["makes a secret that the state would keep."],
};
