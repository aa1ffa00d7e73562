import type { ResourceRule } from "../../rule.ts";
import { textOf } from "../../text.ts";
import { recordOf } from "../../values.ts";

export const gitHubWebhooks: ResourceRule = {
  name: "github-webhooks",
  title: "Webhooks prove who calls",
  severity: "medium",
  category: "release process",
  description: "A webhook calls over HTTPS, checks whom it calls, and signs what it sends with a secret.",
  rationale:
    "Without it anybody may tell the receiver of a push that there never was, or listen to those that there are.",
  remediation: "Give configuration an https URL and a secret, and leave insecureSsl out.",
  controls: ["SOC2 CC6.7", "ISO27001 A.8.24", "NIST SC-8", "NIST IA-3"],
  appliesTo: [
    "github:index/organizationWebhook:OrganizationWebhook",
    "github:index/repositoryWebhook:RepositoryWebhook",
  ],
  judge: ({ props }) => {
    const { insecureSsl, secret, url } = recordOf(props.configuration);
    return [
      ...(/^https:/i.test(textOf(url)) ? [] : ["calls without encryption."]),
      ...(insecureSsl === true ? ["checks no certificate of whom it calls."] : []),
      ...(textOf(secret) === "" ? ["signs nothing that it sends."] : []),
    ];
  },
};
