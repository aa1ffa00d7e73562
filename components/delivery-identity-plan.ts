import type { BackendPlace } from "../delivery/backend/names.ts";
import { type NamingContext, physicalName } from "../infra/naming.ts";
import { deployPolicies } from "./delivery-identity-deploy.ts";
import { boundary } from "./delivery-identity-guard.ts";
import { previewPolicies } from "./delivery-identity-preview.ts";
import {
  type IamConditions,
  type IamPolicy,
  type IamStatement,
  managedPoliciesPerRole,
  policy,
  type policyLimits,
  policyText,
} from "./iam-policy.ts";

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

/** An environment of GitHub whose jobs may deploy: by which workflows, from which refs. */
export interface TrustedEnvironment {
  readonly name: string;
  /** Files below `.github/workflows` that hold the deploying jobs; a reusable one is named itself, not who calls it. */
  readonly workflows: readonly string[];
  /** Patterns of the branches and tags that the environment admits. */
  readonly branches: readonly string[];
  readonly tags: readonly string[];
}

/** What a job must be for a role to be given to it. */
export type TrustedJob =
  | { readonly kind: "pullRequest" }
  /** In no environment: a workflow on one of these branches or tags, as GitHub's patterns. */
  | { readonly kind: "refs"; readonly branches: readonly string[]; readonly tags: readonly string[] }
  | { readonly kind: "environment"; readonly environments: readonly TrustedEnvironment[] };

/**
 * The trust of a role: tokens of GitHub for AWS, whose subject is exactly one of those listed. GitHub writes subjects with
 * names only, or, for repositories made or renamed since July 2026, with names and ids; both are listed, no subject is a pattern.
 *
 * Since February 2026 AWS compares more of a token ("AWS STS now supports validation of select identity provider specific claims",
 * commercial regions). `job_workflow_ref` is the file that holds the job (of a reusable workflow that one, not its caller) and the
 * ref: a deploy role is given to the derived workflows alone, from refs that the environment admits, so that a workflow that
 * somebody adds beside them gets nothing by naming the environment. In other partitions, where AWS does not compare it, the subject
 * alone decides ("IfExists"), as for `repository_id` and `environment`, which say again what the subject says.
 *
 * @throws RangeError when AWS would refuse it for its length, or when no environment is named.
 */
export function planTrust(name: string, github: IdentityGitHub, job: TrustedJob, providerArn: string): string {
  const statement = (
    Sid: string,
    ends: readonly string[],
    claims: Claims = {},
    more: IamConditions = {},
  ): IamStatement => ({
    Sid,
    Effect: "Allow",
    Principal: { Federated: providerArn },
    Action: ["sts:AssumeRoleWithWebIdentity"],
    Condition: {
      StringEquals: {
        [`${issuer}:aud`]: "sts.amazonaws.com",
        [`${issuer}:sub`]: ends.flatMap((end) => subjectsOf(github, end)),
      },
      StringEqualsIfExists: { [`${issuer}:repository_id`]: github.repositoryId, ...claims },
      ...more,
    },
  });
  if (job.kind === "refs") return trustText(name, [refsStatement(github, job, providerArn)]);
  if (job.kind === "pullRequest") return trustText(name, [statement("PullRequests", ["pull_request"])]);
  if (job.environments.length === 0) throw new RangeError(`No GitHub environment is named that may assume ${name}.`);
  const like = providerArn.startsWith("arn:aws:") ? "StringLike" : "StringLikeIfExists";
  return trustText(
    name,
    groupedByRefs(job.environments).map((environments, index) =>
      statement(
        `DeployingJobs${index + 1}`,
        environments.map((environment) => `environment:${encodeName(environment.name)}`),
        { [`${issuer}:environment`]: environments.map((environment) => environment.name) },
        { [like]: { [`${issuer}:job_workflow_ref`]: workflowRefs(github, environments) } },
      ),
    ),
  );
}

/**
 * Jobs of no environment have the ref as their subject. Only patterns of refs are compared as patterns; the repository never is.
 * Who may write to such a ref is the repository's rulesets' to say, so that any workflow there is trusted.
 *
 * @throws RangeError when no ref is named
 */
function refsStatement(
  github: IdentityGitHub,
  { branches, tags }: Extract<TrustedJob, { readonly kind: "refs" }>,
  providerArn: string,
): IamStatement {
  const refs = [...branches.map((branch) => `refs/heads/${branch}`), ...tags.map((tag) => `refs/tags/${tag}`)];
  if (refs.length === 0) throw new RangeError("No branch or tag is named whose workflows are trusted.");
  return {
    Sid: "JobsOfRefs",
    Effect: "Allow",
    Principal: { Federated: providerArn },
    Action: ["sts:AssumeRoleWithWebIdentity"],
    Condition: {
      StringEquals: { [`${issuer}:aud`]: "sts.amazonaws.com" },
      StringLike: { [`${issuer}:sub`]: refs.map(iamPattern).flatMap((ref) => subjectsOf(github, `ref:${ref}`)) },
      StringEqualsIfExists: { [`${issuer}:repository_id`]: github.repositoryId },
    },
  };
}

type Claims = Readonly<Record<string, readonly string[]>>;

/** Environments that admit the same refs share a statement: what AWS takes is short. Which job is in which environment, its file says. */
function groupedByRefs(environments: readonly TrustedEnvironment[]): TrustedEnvironment[][] {
  return [...Map.groupBy(environments, ({ branches, tags }) => JSON.stringify([branches, tags])).values()];
}

function trustText(name: string, statements: readonly IamStatement[]): string {
  return policyText(`of the trust in ${name}`, policy(statements), "trust");
}

function subjectsOf({ owner, ownerId, repository, repositoryId }: IdentityGitHub, end: string): string[] {
  return [`repo:${owner}/${repository}:${end}`, `repo:${owner}@${ownerId}/${repository}@${repositoryId}:${end}`];
}

function workflowRefs({ owner, repository }: IdentityGitHub, environments: readonly TrustedEnvironment[]): string[] {
  const files = new Set(environments.flatMap(({ workflows }) => workflows));
  const [first] = environments;
  const refs = [
    ...(first?.branches ?? []).map((pattern) => (pattern.startsWith("refs/") ? pattern : `refs/heads/${pattern}`)),
    ...(first?.tags ?? []).map((pattern) => `refs/tags/${pattern}`),
  ].map(iamPattern);
  return [...files].flatMap((file) => refs.map((ref) => `${owner}/${repository}/.github/workflows/${file}@${ref}`));
}

/**
 * A pattern of GitHub's as one of IAM's, whose `*` also takes slashes and which knows no lists of characters. So it admits a little
 * more; GitHub, which compares first, does not.
 */
function iamPattern(pattern: string): string {
  return pattern
    .replaceAll(/\*\*\/?/g, "*")
    .replaceAll(/\[[^\]]*\]/g, "?")
    .replaceAll("${", () => "${$}{");
}

/** GitHub writes the colon, which parts the subject, as %3A. */
function encodeName(environment: string): string {
  return environment.replaceAll(":", "%3A");
}
