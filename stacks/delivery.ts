import type * as pulumi from "@pulumi/pulumi";
import type { AccountFacts, AwsProvider } from "../components/aws-provider.ts";
import { DeliveryIdentity } from "../components/delivery-identity.ts";
import { GitHubDelivery } from "../components/github-delivery.ts";
import { reviewingTeams } from "../components/github-delivery-plan.ts";
import { findGitHub, findOwnerId } from "../components/github-facts.ts";
import { GitHubProvider } from "../components/github-provider.ts";
import { boundRoles } from "../components/iam-boundary.ts";
import type { EnvironmentRules } from "../infra/environment.ts";
import type { NamingContext } from "../infra/naming.ts";
import type { AwsSettings } from "../infra/settings/on-aws.ts";

/** What a stack's delivery is made for. */
interface DeliveryScope {
  readonly account: AccountFacts;
  readonly cloud: AwsProvider;
  readonly context: NamingContext;
  readonly protect: boolean;
  readonly rules: EnvironmentRules;
  readonly settings: AwsSettings;
}

/** What a stack's delivery gives to the rest of the stack, and tells its users. */
export interface Delivery {
  /** The boundary of every role of the stack; none where nobody but a person deploys. */
  readonly boundaryArn: pulumi.Output<string> | undefined;
  /** What the jobs of the stack's environments act as, and those of pull requests. */
  readonly deployRoleArn?: pulumi.Output<string>;
  readonly previewRoleArn?: pulumi.Output<string>;
  readonly outputs: pulumi.Inputs;
}

/**
 * The stack's environments in GitHub, and the identity of their jobs in AWS. The environment of a pull request has neither: it is
 * built by whoever runs `./slipway up pr-<number>`, with credentials of their own.
 */
export async function createDelivery(scope: DeliveryScope): Promise<Delivery> {
  const { account, cloud, context, protect, rules, settings } = scope;
  const { backup, edge, github, identity } = settings;
  const environments = Object.keys(github.environments);
  if (environments.length === 0) return { boundaryArn: undefined, outputs: {} };

  // First, because it stops the program when a reviewing team is missing: nothing has been built then.
  const connection = new GitHubProvider(`${context.stack}-github-provider`, github.owner);
  const [facts, ownerId] = await Promise.all([
    findGitHub(connection, { ...github, teams: reviewingTeams(github.environments) }),
    findOwnerId(connection, github.owner),
  ]);
  const hub = new GitHubDelivery(
    `${context.stack}-github`,
    {
      ...github,
      facts,
      variables: {
        SLIPWAY_STACK: context.stack,
        SLIPWAY_ENVIRONMENT: context.environment,
        LOG_LEVEL: rules.logLevel,
        AWS_REGION: account.region,
        AWS_ACCOUNT_ID: account.accountId,
        VITE_API_URL: apiUrl(edge.hosts),
      },
    },
    { providers: [connection] },
  );
  const roles = new DeliveryIdentity(
    `${context.stack}-identity`,
    {
      context,
      ...account,
      protect,
      copyRegion: backup?.copyToRegion,
      platform: settings.platform === "eks" ? "eks" : "ecs",
      hosts: [edge.hosts, settings.preProduction?.hosts]
        .flatMap((hosts) => Object.values(hosts ?? {}))
        .filter((host) => host !== undefined),
      github: { owner: github.owner, repository: github.repository, ownerId, repositoryId: hub.repositoryId },
      environments,
      createOidcProvider: identity.createOidcProvider,
    },
    { providers: [cloud] },
  );
  return {
    boundaryArn: roles.boundaryArn,
    deployRoleArn: roles.deployRoleArn,
    previewRoleArn: roles.previewRoleArn,
    outputs: {
      github: hub.environments,
      identity: { deployRole: roles.deployRoleArn, previewRole: roles.previewRoleArn },
    },
  };
}

/** What lays the boundary around every role that a component makes. */
export function boundedBy({ boundaryArn }: Delivery): pulumi.ResourceTransformation[] {
  return boundaryArn === undefined ? [] : [boundRoles(boundaryArn)];
}

/** Where browsers find the API: at a host of its own, else below the frontend's. */
export function apiUrl({ backend, frontend }: AwsSettings["edge"]["hosts"]): string {
  return backend === undefined ? `https://${frontend}/api` : `https://${backend}`;
}
