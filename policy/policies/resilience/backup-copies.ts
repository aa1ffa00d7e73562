import { type JudgedResource, type JudgedStack, refersTo } from "../../resource.ts";
import type { StackRule } from "../../rule.ts";
import { recordsOf } from "../../values.ts";

const vaultType = "aws:backup/vault:Vault";

export const backupCopies: StackRule = {
  name: "backup-copies",
  title: "Backups are copied to another region",
  severity: "high",
  category: "resilience",
  scope: "stack",
  description: "Each rule of production's backup plans copies what it makes to a vault in another region.",
  rationale: "A backup in the region that is lost is lost with it.",
  remediation: "Add a copy action to a vault of another region.",
  controls: ["SOC2 A1.2", "ISO27001 A.8.14", "NIST CP-6", "NIST CP-9", "GDPR 32(1)(c)"],
  appliesTo: ["aws:backup/plan:Plan"],
  environments: ["production"],
  judge: (plan, stack) =>
    recordsOf(plan.props.rules).flatMap((rule) => {
      const copies = recordsOf(rule.copyActions);
      if (copies.length === 0) return [`copies nothing of its rule "${rule.ruleName}".`];
      const home = regionOf(stack.ofType(vaultType).find(({ props }) => props.name === rule.targetVaultName));
      const away = copies.some(({ destinationVaultArn }) => {
        const region = destinationRegion(destinationVaultArn, plan, stack);
        return region === undefined || home === undefined || region !== home;
      });
      return away ? [] : [`copies its rule "${rule.ruleName}" within its own region.`];
    }),
};

function destinationRegion(arn: unknown, plan: JudgedResource, stack: JudgedStack): string | undefined {
  const vault = stack
    .ofType(vaultType)
    .find((each) => refersTo({ ...plan, props: { arn }, dependencies: {} }, "arn", each));
  return regionOf(vault) ?? regionOfArn(arn);
}

function regionOf(vault: JudgedResource | undefined): string | undefined {
  if (!vault) return undefined;
  const { arn, region } = vault.props;
  return typeof region === "string" ? region : regionOfArn(arn);
}

/** `arn:aws:backup:<region>:...` */
function regionOfArn(arn: unknown): string | undefined {
  return typeof arn === "string" ? arn.split(":")[3] : undefined;
}
