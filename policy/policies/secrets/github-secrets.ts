import type { ResourceRule } from "../../rule.ts";

/** Keys of a cloud that workflows need no more since they log in by OpenID Connect. */
const keyName =
  /^(AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN)|AZURE_CREDENTIALS|GCP_SA_KEY|GOOGLE_CREDENTIALS)$/i;

export const gitHubSecrets: ResourceRule = {
  name: "github-secrets",
  title: "Secrets of workflows do not pass through here",
  severity: "high",
  category: "secrets",
  description: "A secret of GitHub is given encrypted, and none is a static key of a cloud.",
  rationale:
    "Plain text stays in the state; and a static key works from anywhere, long after the workflow that needed it.",
  remediation:
    "Let workflows assume a role by OpenID Connect, and encrypt other secrets with the repository's public key (valueEncrypted).",
  controls: ["SOC2 CC6.1", "ISO27001 A.5.17", "NIST IA-5(7)", "NIST SC-12"],
  appliesTo: [
    "github:index/actionsEnvironmentSecret:ActionsEnvironmentSecret",
    "github:index/actionsOrganizationSecret:ActionsOrganizationSecret",
    "github:index/actionsSecret:ActionsSecret",
    "github:index/dependabotOrganizationSecret:DependabotOrganizationSecret",
    "github:index/dependabotSecret:DependabotSecret",
  ],
  judge: ({ props }) => [
    ...["plaintextValue", "value"]
      .filter((property) => typeof props[property] === "string" && props[property] !== "")
      .map((property) => `gives its value in plain text as ${property}.`),
    ...(keyName.test(String(props.secretName)) ? [`is a static key, ${props.secretName}.`] : []),
  ],
};
