import type { ResourceRule } from "../../rule.ts";
import { isSecretName, secretFormat } from "../../secret-formats.ts";
import { textsOf } from "../../values.ts";

/** `export DB_PASSWORD=...`, `password: ...`; what refers to a variable or calls a program is no secret. */
const assignment = /(?:^|[\s;])(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*[=:]\s*["']?([^\s"'$`<({][^\s"']*)/gm;

export const userDataSecrets: ResourceRule = {
  name: "user-data-secrets",
  title: "No secrets in user data",
  severity: "high",
  category: "secrets",
  description: "The script that a machine runs at its start holds no secret.",
  rationale:
    "Every process of the machine reads it from the metadata service, and everybody who may describe the instance from AWS.",
  remediation: "Let the script read it from Secrets Manager by the instance's role.",
  controls: ["SOC2 CC6.1", "ISO27001 A.5.17", "NIST IA-5(7)", "CIS-AWS 1.18"],
  appliesTo: [
    "aws:ec2/instance:Instance",
    "aws:ec2/launchConfiguration:LaunchConfiguration",
    "aws:ec2/launchTemplate:LaunchTemplate",
    "aws:ec2/spotInstanceRequest:SpotInstanceRequest",
  ],
  judge: ({ props }) => {
    const kinds = [props.userData, props.userDataBase64]
      .flatMap(textsOf)
      .flatMap((text) => [text, Buffer.from(text, "base64").toString("utf8")])
      .flatMap((text) => {
        const named = [...text.matchAll(assignment)].map(([, name = ""]) => name).filter(isSecretName);
        return [...[secretFormat(text) ?? []].flat(), ...named.map((name) => `the secret ${name}`)];
      });
    return [...new Set(kinds)].map((kind) => `has ${kind} in its user data.`);
  },
};
