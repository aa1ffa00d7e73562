import { KMSClient, ListAliasesCommand } from "@aws-sdk/client-kms";
import { must, type StagingContext } from "./context.ts";

/** The ARN of the stack's key for a purpose, found as people find it: by its alias. */
export async function keyArn(context: StagingContext, purpose: string): Promise<string> {
  const { Aliases = [] } = await context.client(KMSClient).send(new ListAliasesCommand({}));
  const alias = Aliases.find(({ AliasName }) => AliasName === `alias/teamflow-staging-${purpose}`);
  return `arn:aws:kms:us-west-2:${context.account}:key/${must(alias?.TargetKeyId, `key for ${purpose}`)}`;
}
