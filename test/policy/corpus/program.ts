/** What is wrong with a resource of a program, as scanners of others see it. */
export interface Flaw {
  /** Logical name of the resource, which no other one of the program bears. */
  readonly resource: string;
  /** Completes "<resource> ...". */
  readonly what: string;
  /** What names it elsewhere: a check of Checkov (`CKV_`) or Trivy (`AVD-`), or of another scanner or benchmark, by its name. */
  readonly like: string;
  /** Policies of which any finds it; none where the pack has no policy for it. */
  readonly policies: readonly string[];
  /** Part of the finding that names it, where the policy says several things of the resource. */
  readonly saying?: string;
  /** Policies with further findings of the resource that are as true, but not what it is here for. */
  readonly also?: readonly string[];
}

/**
 * A program as a careless engineer writes it, with sound resources between the flaws. In the manner of TerraGoat, CfnGoat, sadcloud,
 * Kubernetes Goat and GitHub Actions Goat, and copied from none.
 */
export interface Program {
  readonly name: string;
  readonly program: () => void;
  readonly flaws: readonly Flaw[];
}

type Said = readonly [like: string, what: string, policies: readonly string[], saying?: string];

/** The flaws of one resource. */
export function flawsOf(resource: string, also: readonly string[], flaws: readonly Said[]): readonly Flaw[] {
  return flaws.map(([like, what, policies, saying]) => ({
    resource,
    what,
    like,
    policies,
    also,
    ...(saying !== undefined && { saying }),
  }));
}

/** The stack under whose name the programs are judged; production, in which every policy holds. */
export const stackName = "prod";

/** What a sound resource carries. */
export const tags = { Project: "shop", Environment: "production", Stack: stackName, ManagedBy: "pulumi" };

/** The option of whatever holds state. */
export const kept = { protect: true };

export const account = "123456789012";
export const region = "us-west-2";
export const keyArn = `arn:aws:kms:${region}:${account}:key/0f4c1c9e-1111-4222-8333-444455556666`;

/** A document of IAM. */
export function policyOf(...statements: ReadonlyArray<Readonly<Record<string, unknown>>>): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

/** The statement without which a store answers plain HTTP. */
export function tlsOnly(arn: string, actions: string): Readonly<Record<string, unknown>> {
  return {
    Sid: "TlsOnly",
    Effect: "Deny",
    Principal: "*",
    Action: actions,
    Resource: [arn, `${arn}/*`],
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
}

/** The trust of a role that a service of AWS assumes for this account alone. */
export function trustOf(service: string): string {
  return policyOf({
    Effect: "Allow",
    Principal: { Service: service },
    Action: "sts:AssumeRole",
    Condition: { StringEquals: { "aws:SourceAccount": account } },
  });
}
