import type { BackendPlace } from "../delivery/backend/names.ts";
import { type NamingContext, physicalName } from "../infra/naming.ts";
import { deployPolicies } from "./delivery-identity-deploy.ts";
import { boundary } from "./delivery-identity-guard.ts";
import { previewPolicies } from "./delivery-identity-preview.ts";
import { type IamPolicy, managedPoliciesPerRole, type policyLimits, policyText } from "./iam-policy.ts";

/** The stack whose identity is planned. */
export interface IdentityScope {
  readonly context: NamingContext;
  /** 12 digits. */
  readonly accountId: string;
  /** The second part of every ARN, for example `aws`. */
  readonly partition: string;
  /** The region of everything in the stack. */
  readonly region: string;
  /** What the application runs on. @default "ecs" */
  readonly platform?: "ecs" | "eks" | undefined;
  /** A second region that backups are copied to. @default none */
  readonly copyRegion?: string | undefined;
  /** The host names whose DNS records the stack writes; those of their certificates' validation come with them. @default none */
  readonly hosts?: readonly string[] | undefined;
  /** Whether what holds data may be deleted by an administrator only, and by no workflow. */
  readonly protect: boolean;
  /** What the application's own roles may do besides what the stack is made of, for example `["ses:SendEmail"]`. @default nothing */
  readonly workloadActions?: readonly string[] | undefined;
}

/** Who GitHub says that a job belongs to. */
export interface IdentityGitHub {
  readonly owner: string;
  readonly repository: string;
  /** The numeric id of the owner, which a new owner of an old name does not have. */
  readonly ownerId: string;
  /** The numeric id of the repository. */
  readonly repositoryId: string;
}

/** A policy with its name, ready to be given to AWS. */
export interface PlannedPolicy {
  readonly part: string;
  readonly text: string;
}

/** The permissions of the stack's two roles. */
export interface IdentityPlan {
  readonly boundaryArn: string;
  readonly boundary: string;
  readonly deploy: readonly PlannedPolicy[];
  readonly preview: readonly PlannedPolicy[];
}

/** GitHub's issuer of tokens, without the scheme; the beginning of every condition on a token. */
export const issuer = "token.actions.githubusercontent.com";

/** Names that the plan and the component share. */
export function identityNames({
  accountId,
  context,
  partition,
}: Pick<IdentityScope, "accountId" | "context" | "partition">) {
  const iam = `arn:${partition}:iam::${accountId}`;
  const boundary = physicalName(context, "iamPolicy", "boundary");
  const [deployRole, previewRole] = [
    physicalName(context, "iamRole", "deploy"),
    physicalName(context, "iamRole", "preview"),
  ];
  return {
    boundary,
    boundaryArn: `${iam}:policy/${boundary}`,
    deployRole,
    deployRoleArn: `${iam}:role/${deployRole}`,
    previewRole,
    previewRoleArn: `${iam}:role/${previewRole}`,
    providerArn: `${iam}:oidc-provider/${issuer}`,
    policy: (part: string) => physicalName(context, "iamPolicy", part),
  };
}

/** Where the stack's state lives. */
export function stateOf({ accountId, context, region }: IdentityScope): BackendPlace {
  return { application: context.application, accountId, region };
}

/**
 * Plans what the stack's roles may do. The boundary holds for both, and for every role that the deploy role creates.
 * @throws RangeError when AWS would refuse a policy for its length, or a role for its number of policies.
 */
export function planIdentity(scope: IdentityScope): IdentityPlan {
  const names = identityNames(scope);
  const text = (name: string, document: IamPolicy, kind: keyof typeof policyLimits = "managed") =>
    policyText(name, document, kind);
  const planned = (policies: Readonly<Record<string, IamPolicy>>): PlannedPolicy[] =>
    Object.entries(policies).map(([part, document]) => ({ part, text: text(names.policy(part), document) }));
  const deploy = planned(deployPolicies(scope));
  if (deploy.length > managedPoliciesPerRole)
    throw new RangeError(`The deploy role has ${deploy.length} policies, AWS takes ${managedPoliciesPerRole}.`);
  return {
    boundaryArn: names.boundaryArn,
    boundary: text(names.boundary, boundary(scope)),
    deploy,
    preview: planned(previewPolicies(scope)),
  };
}

/** What a job must be for a role to be given to it. */
export type TrustedJob =
  | { readonly kind: "pullRequest" }
  | { readonly kind: "environment"; readonly names: readonly string[] };

/**
 * The trust of a role: tokens of GitHub for AWS, whose subject is exactly one of those listed. GitHub writes subjects with
 * names only, or, for repositories made or renamed since July 2026, with names and ids; both are listed, nothing is a pattern.
 * AWS also knows the claims `repository_id` and `environment` where it supports them (2026, not in every partition); "IfExists" so
 * that elsewhere the subject alone decides.
 *
 * @throws RangeError when AWS would refuse it for its length, or when no environment is named.
 */
export function planTrust(name: string, github: IdentityGitHub, job: TrustedJob, providerArn: string): string {
  const subjects = subjectsOf(github, job);
  if (subjects.length === 0) throw new RangeError(`No GitHub environment is named that may assume ${name}.`);
  const document: IamPolicy = {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: job.kind === "environment" ? "DeployingJobs" : "PullRequests",
        Effect: "Allow",
        Principal: { Federated: providerArn },
        Action: ["sts:AssumeRoleWithWebIdentity"],
        Condition: {
          StringEquals: { [`${issuer}:aud`]: "sts.amazonaws.com", [`${issuer}:sub`]: subjects },
          StringEqualsIfExists: {
            [`${issuer}:repository_id`]: github.repositoryId,
            ...(job.kind === "environment" && { [`${issuer}:environment`]: job.names }),
          },
        },
      },
    ],
  };
  return policyText(`of the trust in ${name}`, document, "trust");
}

function subjectsOf({ owner, ownerId, repository, repositoryId }: IdentityGitHub, job: TrustedJob): string[] {
  const ends =
    job.kind === "pullRequest" ? ["pull_request"] : job.names.map((name) => `environment:${encodeName(name)}`);
  const repositories = [`repo:${owner}/${repository}`, `repo:${owner}@${ownerId}/${repository}@${repositoryId}`];
  return ends.flatMap((end) => repositories.map((start) => `${start}:${end}`));
}

/** GitHub writes the colon, which parts the subject, as %3A. */
function encodeName(environment: string): string {
  return environment.replaceAll(":", "%3A");
}
