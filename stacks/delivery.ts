import type * as pulumi from "@pulumi/pulumi";
import type { AccountFacts, AwsProvider } from "../components/aws-provider.ts";
import { DeliveryIdentity } from "../components/delivery-identity.ts";
import type { GitHubTrust } from "../components/delivery-store-access.ts";
import { findOwnerId } from "../components/github-facts.ts";
import { boundRoles } from "../components/iam-boundary.ts";
import { type Environment, rulesOf } from "../infra/environment.ts";
import type { NamingContext } from "../infra/naming.ts";
import type { AwsSettings } from "../infra/settings/on-aws.ts";
import { createGitHubSide } from "./github.ts";

/** What a stack's delivery is made for. */
interface DeliveryScope {
  readonly account: AccountFacts;
  readonly cloud: AwsProvider;
  readonly context: NamingContext;
  readonly protect: boolean;
  readonly settings: AwsSettings;
}

/** What a stack's delivery gives to the rest of the stack, and tells its users. */
export interface Delivery {
  /** The boundary of every role of the stack; none where nobody but a person deploys. */
  readonly boundaryArn: pulumi.Output<string> | undefined;
  /** What the jobs of the stack's environments act as, and those of pull requests. */
  readonly deployRoleArn?: pulumi.Output<string>;
  readonly previewRoleArn?: pulumi.Output<string>;
  /** For roles beside those two; none where the stack has no side of GitHub. */
  readonly trust?: GitHubTrust;
  readonly outputs: pulumi.Inputs;
}

/**
 * The stack's environments in GitHub, and the identity of their jobs in AWS. The environment of a pull request has neither: it is
 * built by whoever runs `./slipway up pr-<number>`, with credentials of their own.
 */
export async function createDelivery(scope: DeliveryScope): Promise<Delivery> {
  const { account, cloud, context, protect, settings } = scope;
  const { backup, edge, github, identity } = settings;
  // First, because it stops the program when an approving team is missing: nothing has been built then.
  const side = await createGitHubSide({
    stack: context.stack,
    github,
    variables: (kind) => ({
      AWS_REGION: account.region,
      AWS_ACCOUNT_ID: account.accountId,
      ...(kind === "own" && told(settings.environment, edge.hosts)),
      ...(kind === "beside" && settings.preProduction && told("preProduction", settings.preProduction.hosts)),
    }),
    // The repository's rules are production's: it alone has to rely on them.
    ownsRepository: settings.environment === "production",
  });
  if (!side) return { boundaryArn: undefined, outputs: {} };
  const { connection, delivery: hub, deploying } = side;
  const ownerId = await findOwnerId(connection, github.owner);
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
      environments: deploying.map(({ branches, name, tags }) => ({
        name,
        branches,
        tags,
        workflows: deployingWorkflows(context.stack, name),
      })),
      createOidcProvider: identity.createOidcProvider,
    },
    { providers: [cloud] },
  );
  return {
    boundaryArn: roles.boundaryArn,
    deployRoleArn: roles.deployRoleArn,
    previewRoleArn: roles.previewRoleArn,
    trust: {
      connection,
      github: { owner: github.owner, repository: github.repository, ownerId, repositoryId: hub.repositoryId },
      providerArn: roles.providerArn,
    },
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

/**
 * The derived workflows whose jobs act as the deploy role in an environment: its deployment, its way back, the nightly look at the
 * stack, and staging's refresh. A test compares them with what `delivery/workflows` derives.
 */
export function deployingWorkflows(stack: string, environment: string): string[] {
  const refresh = stack === "staging" ? ["staging-refresh.yml"] : [];
  return [`environment-${environment}.yml`, "rollback.yml", "drift.yml", ...refresh];
}

/** What workflows that deploy an environment read of it. */
function told(environment: Environment, hosts: AwsSettings["edge"]["hosts"]): Record<string, string> {
  return {
    SLIPWAY_ENVIRONMENT: environment,
    LOG_LEVEL: rulesOf(environment).logLevel,
    VITE_API_URL: apiUrl(hosts),
  };
}

/** Where browsers find the API: at a host of its own, else below the frontend's. */
export function apiUrl({ backend, frontend }: AwsSettings["edge"]["hosts"]): string {
  return backend === undefined ? `https://${frontend}/api` : `https://${backend}`;
}
