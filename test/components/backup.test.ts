import assert from "node:assert/strict";
import { Backup } from "../../components/backup.ts";
import { runMocked } from "../support/pulumi-mocks.ts";

describe("Backup", () => {
  const database = "arn:aws:rds:us-west-2:111111111111:db:teamflow-prod";
  const run = ({ lockVault = true } = {}) =>
    runMocked(
      () => {
        const { copyVaultArn, vaultArn } = new Backup("prod-backup", {
          context: { application: "teamflow", stack: "prod", environment: "production" },
          settings: { retentionDays: 35, lockVault, copyToRegion: "us-east-2" },
          databaseWindow: "03:00-04:00",
          keyArn: "arn:aws:kms:us-west-2:111111111111:key/backup",
          copyKeyArn: "arn:aws:kms:us-east-2:111111111111:key/backup",
          resourceArns: [database],
          alarmTopicArn: "arn:aws:sns:us-west-2:111111111111:alarms",
          protect: true,
        });
        return { copyVaultArn, vaultArn };
      },
      {
        stack: "prod",
        outputs: ({ type, name }) => (type === "aws:backup/vault:Vault" ? { arn: `arn:${name}` } : undefined),
      },
    );

  it("keeps one vault here and one in the second region, each with a key of its region", async () => {
    const { one } = await run();
    const vault = (name: string) => {
      const { inputs } = one("aws:backup/vault:Vault", name);
      return [inputs.name, inputs.region, inputs.kmsKeyArn];
    };
    assert.deepEqual(vault("prod-backup-main"), [
      "teamflow-prod-main",
      undefined,
      "arn:aws:kms:us-west-2:111111111111:key/backup",
    ]);
    assert.deepEqual(vault("prod-backup-copy-us-east-2"), [
      "teamflow-prod-copy-us-east-2",
      "us-east-2",
      "arn:aws:kms:us-east-2:111111111111:key/backup",
    ]);
  });

  it("locks both vaults, or none", async () => {
    const locks = async (lockVault: boolean) =>
      (await run({ lockVault })).resources
        .filter(({ type }) => type === "aws:backup/vaultLockConfiguration:VaultLockConfiguration")
        .map(({ inputs }) => [inputs.backupVaultName, inputs.region, inputs.changeableForDays]);
    assert.deepEqual(await locks(true), [
      ["teamflow-prod-main", undefined, 3],
      ["teamflow-prod-copy-us-east-2", "us-east-2", 3],
    ]);
    assert.deepEqual(await locks(false), []);
  });

  it("keeps both copies as long as the settings say", async () => {
    const [rule] = (await run()).one("aws:backup/plan:Plan").inputs.rules as Record<string, unknown>[];
    assert.deepEqual(rule?.lifecycle, { deleteAfter: 35 });
    assert.deepEqual(rule?.copyActions, [
      { destinationVaultArn: "arn:prod-backup-copy-us-east-2", lifecycle: { deleteAfter: 35 } },
    ]);
  });

  it("backs up what it was given by ARN, and nothing by tag", async () => {
    const { inputs } = (await run()).one("aws:backup/selection:Selection");
    assert.deepEqual([inputs.resources, inputs.selectionTags], [[database], undefined]);
  });

  it("works with a role that AWS Backup takes for this account only", async () => {
    const { inputs } = (await run()).one("aws:iam/role:Role");
    const [statement] = JSON.parse(String(inputs.assumeRolePolicy)).Statement;
    assert.deepEqual(
      [statement.Principal, statement.Condition],
      [{ Service: "backup.amazonaws.com" }, { StringEquals: { "aws:SourceAccount": "111111111111" } }],
    );
  });

  it("tells of backups and copies that failed", async () => {
    const { inputs } = (await run()).one("aws:backup/vaultNotifications:VaultNotifications");
    assert.deepEqual(inputs.backupVaultEvents, ["BACKUP_JOB_FAILED", "COPY_JOB_FAILED"]);
  });
});
