import { refersTo } from "../../resource.ts";
import type { StackRule } from "../../rule.ts";
import { numberOf } from "../../values.ts";

/** Days: backups younger than that cannot be deleted by anybody. */
const shortest = 7;

export const backupVaultLock: StackRule = {
  name: "backup-vault-lock",
  title: "Backup vaults are locked",
  severity: "high",
  category: "resilience",
  scope: "stack",
  description: `Every backup vault of production has a lock that nobody can lift, with a shortest retention of ${shortest} days.`,
  rationale: "Who takes over the account deletes the backups first; a lock in compliance mode holds even against root.",
  remediation: "Add an aws.backup.VaultLockConfiguration with minRetentionDays and changeableForDays.",
  controls: ["SOC2 A1.2", "ISO27001 A.8.13", "NIST CP-9", "GDPR 32(1)(c)"],
  appliesTo: ["aws:backup/vault:Vault"],
  environments: ["production"],
  judge: (vault, stack) => {
    const { name } = vault.props;
    const lock = stack
      .ofType("aws:backup/vaultLockConfiguration:VaultLockConfiguration")
      .find(
        (each) =>
          refersTo(each, "backupVaultName", vault) || (typeof name === "string" && each.props.backupVaultName === name),
      );
    if (!lock) return ["has no lock."];
    const { changeableForDays, minRetentionDays } = lock.props;
    const days = numberOf(minRetentionDays) ?? 0;
    return [
      ...(days >= shortest ? [] : [`lets backups be deleted after ${days} days, before ${shortest}.`]),
      // Without a grace period the lock is in governance mode.
      ...(numberOf(changeableForDays) === undefined ? ["has a lock that administrators can lift."] : []),
    ];
  },
};
