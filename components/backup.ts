import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { type AwsArgs, AwsComponent } from "./aws-component.ts";
import { type BackupRequest, type PlannedBackup, type PlannedVault, planBackup } from "./backup-plan.ts";
import { applyTransform, type ComponentOptions, type Transform } from "./component.ts";
import { createServiceRole } from "./service-role.ts";

export interface BackupArgs extends AwsArgs, BackupRequest {
  /** The key of the vault. It cannot be changed without a new vault. */
  readonly keyArn: pulumi.Input<string>;
  /** The key of the second region's vault, a key of that region. */
  readonly copyKeyArn: pulumi.Input<string>;
  /** What is backed up, for example a database's ARN; about 0.1 USD a GiB and month for each of the two copies. */
  readonly resourceArns: readonly pulumi.Input<string>[];
  /** Who is told when a backup or a copy fails. */
  readonly alarmTopicArn: pulumi.Input<string>;
  /** Whether the vaults outlive a mistake. */
  readonly protect: boolean;
  /** What roles that this component makes may do at most. @default no such bound */
  readonly permissionsBoundary?: pulumi.Input<string>;
  readonly transform?: {
    readonly vault?: Transform<aws.backup.VaultArgs>;
    readonly plan?: Transform<aws.backup.PlanArgs>;
  };
}

/**
 * Copies of the data beside the database's own backups: daily, into a vault with a key of its own, and from there into one in
 * another region. A locked vault gives nothing back before its time: it can be deleted only once all it holds has run out.
 */
export class Backup extends AwsComponent<BackupArgs> {
  readonly vaultArn: pulumi.Output<string>;
  readonly copyVaultArn: pulumi.Output<string>;
  readonly planId: pulumi.Output<string>;

  constructor(name: string, args: BackupArgs, opts?: ComponentOptions) {
    super("slipway:index:Backup", name, args, opts);
    const planned = planBackup(args);
    const vault = this.createVault(planned.main, args.keyArn, planned);
    const copy = this.createVault(planned.copy, args.copyKeyArn, planned);
    const plan = this.createPlan(planned, vault, copy);
    this.createSelection(plan);
    this.tellOfFailures(vault);
    this.vaultArn = vault.arn;
    this.copyVaultArn = copy.arn;
    this.planId = plan.id;
    this.registerOutputs({ vaultArn: this.vaultArn, copyVaultArn: this.copyVaultArn });
  }

  private createVault(
    { part, region }: PlannedVault,
    kmsKeyArn: pulumi.Input<string>,
    { lock }: PlannedBackup,
  ): aws.backup.Vault {
    const elsewhere = region === undefined ? {} : { region };
    const physical = this.physicalName("backupVault", part);
    const name = this.childName(part);
    const [args, opts] = applyTransform<aws.backup.VaultArgs>(
      this.args.transform?.vault,
      name,
      { name: physical, kmsKeyArn, ...elsewhere, tags: this.tags(physical) },
      { parent: this, protect: this.args.protect },
    );
    const vault = new aws.backup.Vault(name, args, opts);
    if (lock) {
      new aws.backup.VaultLockConfiguration(
        this.childName(`${part}-lock`),
        { backupVaultName: vault.name, ...lock, ...elsewhere },
        { parent: this },
      );
    }
    return vault;
  }

  private createPlan(planned: PlannedBackup, vault: aws.backup.Vault, copy: aws.backup.Vault): aws.backup.Plan {
    const physical = this.physicalName("backupPlan", "daily");
    const name = this.childName("plan");
    const lifecycle = { deleteAfter: planned.retentionDays };
    const [args, opts] = applyTransform<aws.backup.PlanArgs>(
      this.args.transform?.plan,
      name,
      {
        name: physical,
        rules: [
          {
            ruleName: "daily",
            targetVaultName: vault.name,
            schedule: planned.schedule,
            startWindow: 60, // minutes
            completionWindow: 480, // minutes
            lifecycle,
            copyActions: [{ destinationVaultArn: copy.arn, lifecycle }],
            recoveryPointTags: this.tags(physical),
          },
        ],
        tags: this.tags(physical),
      },
      { parent: this },
    );
    return new aws.backup.Plan(name, args, opts);
  }

  /** By ARN and not by tag: whoever can write tags could otherwise leave something out. */
  private createSelection(plan: aws.backup.Plan): void {
    const roleName = this.physicalName("iamRole", "backup");
    const iamRoleArn = createServiceRole({
      parent: this,
      logicalName: this.childName("role"),
      name: roleName,
      service: "backup.amazonaws.com",
      managedPolicies: [
        "service-role/AWSBackupServiceRolePolicyForBackup",
        "service-role/AWSBackupServiceRolePolicyForRestores",
      ],
      anyArn: this.args.keyArn,
      permissionsBoundary: this.args.permissionsBoundary,
      tags: this.tags(roleName),
    });
    new aws.backup.Selection(
      this.childName("selection"),
      {
        name: this.physicalName("backupPlan", "selection"),
        planId: plan.id,
        iamRoleArn,
        resources: [...this.args.resourceArns],
      },
      { parent: this },
    );
  }

  private tellOfFailures(vault: aws.backup.Vault): void {
    new aws.backup.VaultNotifications(
      this.childName("notifications"),
      {
        backupVaultName: vault.name,
        snsTopicArn: this.args.alarmTopicArn,
        backupVaultEvents: ["BACKUP_JOB_FAILED", "COPY_JOB_FAILED"],
      },
      { parent: this },
    );
  }
}
