import type { ResourceRule } from "../../rule.ts";

const kinds: Readonly<Record<string, string>> = {
  "aws:iam/accessKey:AccessKey": "an access key of",
  "aws:iam/serviceSpecificCredential:ServiceSpecificCredential": "a password for a service of",
  "aws:iam/sshKey:SshKey": "an SSH key of",
  "aws:iam/user:User": "",
  "aws:iam/userLoginProfile:UserLoginProfile": "a console password of",
};

export const iamUsers: ResourceRule = {
  name: "iam-users",
  title: "Roles instead of users",
  severity: "high",
  category: "identity",
  description: "No stack makes an IAM user or a credential of one.",
  rationale:
    "A user's keys hold until somebody withdraws them, wherever they have been copied to; a role's hold for an hour.",
  remediation:
    "Let people come by the identity provider, workflows by OpenID Connect, and processes by their task's or pod's role.",
  controls: ["CIS-AWS 1.18", "SOC2 CC6.1", "ISO27001 A.5.17", "NIST IA-5(7)", "NIST AC-2"],
  appliesTo: Object.keys(kinds),
  judge: ({ name, props, type }) => {
    const user = (type === "aws:iam/user:User" ? props.name : props.user) ?? name;
    return [`makes ${kinds[type] ?? ""} the IAM user ${JSON.stringify(user)}.`.replace("  ", " ")];
  },
};
