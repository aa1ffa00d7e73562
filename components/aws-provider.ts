import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface AwsProviderArgs {
  /** The region of everything in the stack. */
  readonly region: string;
  /** The account that the stack may be built in, 12 digits. @default any account */
  readonly accountId?: string | undefined;
}

/**
 * The connection to AWS. One for the whole stack, since each is a process of the plugin of its own. Credentials come from the
 * environment and enter no state. The plugin itself holds on to the account: a destroy or a refresh does not run the
 * program, and would otherwise work on whatever account the shell is signed in to.
 */
export class AwsProvider extends aws.Provider {
  constructor(name: string, { accountId, region }: AwsProviderArgs, opts?: pulumi.ResourceOptions) {
    super(
      name,
      {
        region: region as aws.Region,
        ...(accountId === undefined ? {} : { allowedAccountIds: [accountId] }),
        // Nothing that is not asked for: identity comes from the environment, never from the metadata service of a machine.
        skipMetadataApiCheck: true,
      },
      opts,
    );
  }
}

/** Where a stack is built. */
export interface AccountFacts {
  /** 12 digits. */
  readonly accountId: string;
  /** `aws`, `aws-cn` or `aws-us-gov`: the second part of every ARN. */
  readonly partition: string;
  readonly region: string;
}

/**
 * Asks AWS who is calling, before anything is built.
 *
 * @throws pulumi.RunError, with what to do, when nobody is signed in or when the account is not the declared one.
 */
export async function requireAccount(
  provider: AwsProvider,
  { accountId, region }: AwsProviderArgs,
): Promise<AccountFacts> {
  const identity = await aws.getCallerIdentity({}, { provider }).catch((error: unknown) => {
    throw new pulumi.RunError(explainIdentityError(error instanceof Error ? error.message : String(error), accountId));
  });
  if (accountId !== undefined && identity.accountId !== accountId)
    throw new pulumi.RunError(wrongAccount(identity.accountId, accountId));
  return { accountId: identity.accountId, partition: identity.arn.split(":")[1] ?? "aws", region };
}

/** The plugin's own words for the two ways in which signing in goes wrong, made into ours. */
export function explainIdentityError(message: string, declared: string | undefined): string {
  const found = /account ID not allowed: (\d{12})/i.exec(message)?.[1];
  if (found !== undefined && declared !== undefined) return wrongAccount(found, declared);
  return (
    `AWS did not say which account this is: ${message.split("\n")[0]}\n` +
    "  Sign in (aws sso login, or AWS_PROFILE) and try again; in a workflow, check the role that it assumes."
  );
}

function wrongAccount(found: string, declared: string): string {
  return (
    `Pulumi.${pulumi.getStack()}.yaml: slipway:aws.accountId is "${declared}", but the credentials belong to the account ${found}.\n` +
    `  Sign in to ${declared}. Nothing was changed.`
  );
}
