import type { ResourceRule } from "../../rule.ts";

export const generatedSecrets: ResourceRule = {
  name: "generated-secrets",
  title: "No generated secrets in the state",
  severity: "high",
  category: "secrets",
  description: "No resource makes a password or a private key, since its result would be kept in the state.",
  rationale: "The state outlives the secret, is copied to every machine that runs an update, and is never rotated.",
  remediation:
    "Let the service manage it (manageMasterUserPassword), or make it where it is used and write it to a secret store.",
  controls: ["SOC2 CC6.1", "ISO27001 A.5.17", "NIST IA-5", "NIST SC-12"],
  appliesTo: [
    "random:index/randomPassword:RandomPassword",
    "tls:index/privateKey:PrivateKey",
    "aws:iam/accessKey:AccessKey",
    "aws:iam/userLoginProfile:UserLoginProfile",
  ],
  // With a PGP key AWS's answer is encrypted before the state sees it.
  judge: ({ props }) =>
    typeof props.pgpKey === "string" && props.pgpKey !== "" ? [] : ["makes a secret that the state would keep."],
};
