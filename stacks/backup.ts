import type * as pulumi from "@pulumi/pulumi";
import type { AccountFacts } from "../components/aws-provider.ts";
import { Backup } from "../components/backup.ts";
import type { Database } from "../components/database.ts";
import { Keys } from "../components/keys.ts";
import type { NamingContext } from "../infra/naming.ts";
import type { AwsSettings } from "../infra/settings/on-aws.ts";

interface BackupScope {
  readonly account: AccountFacts;
  readonly common: { readonly protect: boolean; readonly alarmTopicArn: pulumi.Input<string> };
  readonly context: NamingContext;
  readonly database: Database;
  readonly keys: Keys;
  readonly settings: AwsSettings;
}

/** Copies of the database in a vault and in a second region, each under a key of its own, where the settings ask for them. */
export function createBackup(scope: BackupScope, opts: pulumi.ComponentResourceOptions): Backup | undefined {
  const { account, common, context, database, keys, settings } = scope;
  if (!settings.backup) return undefined;
  const elsewhere = new Keys(
    `${context.stack}-copy-keys`,
    {
      context,
      ...account,
      region: settings.backup.copyToRegion,
      elsewhere: true,
      protect: common.protect,
      purposes: ["backup"],
    },
    opts,
  );
  return new Backup(
    `${context.stack}-backup`,
    {
      ...common,
      context,
      settings: settings.backup,
      databaseWindow: settings.database.backupWindow,
      keyArn: keys.arn("backup"),
      copyKeyArn: elsewhere.arn("backup"),
      resourceArns: [database.instanceArn],
    },
    opts,
  );
}
