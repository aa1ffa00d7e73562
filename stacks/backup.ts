import { Backup } from "../components/backup.ts";
import type { Database } from "../components/database.ts";
import { Keys } from "../components/keys.ts";
import type { Foundation } from "./foundation.ts";

/** Copies of the databases in a vault and in a second region, each under a key of its own, where the settings ask for them. */
export function createBackup(on: Foundation, databases: readonly Database[]): Backup | undefined {
  const { account, common, context, keys, named, opts, settings } = on;
  if (!settings.backup) return undefined;
  const elsewhere = new Keys(
    named("copy-keys"),
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
    named("backup"),
    {
      ...common,
      context,
      settings: settings.backup,
      databaseWindow: settings.database.backupWindow,
      keyArn: keys.arn("backup"),
      copyKeyArn: elsewhere.arn("backup"),
      resourceArns: databases.map(({ instanceArn }) => instanceArn),
    },
    opts,
  );
}
