import type { NetworkPlatform, NetworkSettings } from "./network-plan.ts";

/**
 * The AWS services that private subnets reach without the internet, by the last part of their endpoint's name: images, logs,
 * secrets and parameters. What is called seldom (STS, KMS, ECS Exec) goes through NAT: each endpoint costs about 7 USD a month
 * and zone. The isolated tier needs none, because only services of AWS's own live there.
 */
const endpointServices = ["ecr.api", "ecr.dkr", "logs", "secretsmanager", "ssm"] as const;

/** On Kubernetes the watch over a rollout asks CloudWatch for alarms, and network policies let pods reach no address beyond the VPC. */
const ofPlatform: Readonly<Record<NetworkPlatform, readonly string[]>> = { ecs: [], eks: ["monitoring"] };

/** An interface endpoint of a plan. */
export interface PlannedInterfaceEndpoint {
  /** What it is called: the service with hyphens, `ecr-api`. */
  readonly part: string;
  readonly serviceName: string;
  /** The letters of the zones in whose private subnets it has an address. */
  readonly letters: readonly string[];
}

/** The interface endpoints: none, or one for each service, in the first zone or in all of them. */
export function planInterfaceEndpoints(
  { interfaceEndpoints, zones }: Pick<NetworkSettings, "interfaceEndpoints" | "zones">,
  region: string,
  platform: NetworkPlatform,
): PlannedInterfaceEndpoint[] {
  if (interfaceEndpoints === "none") return [];
  const all = zones.map((zone) => zone.slice(-1)).sort();
  const letters = interfaceEndpoints === "single" ? all.slice(0, 1) : all;
  return [...endpointServices, ...ofPlatform[platform]].map((service) => ({
    part: service.replace(".", "-"),
    serviceName: `com.amazonaws.${region}.${service}`,
    letters,
  }));
}

/**
 * Who may use an interface endpoint: identities of this account. Credentials of another account, which could carry data away
 * to it, do not work from inside the VPC.
 */
export function interfaceEndpointPolicy(accountId: string): string {
  return policy([{ ...anyone, Action: "*", Resource: "*", Condition: ofAccount("aws:PrincipalAccount", accountId) }]);
}

/**
 * What may be asked of S3: reading from anywhere, since image layers and packages lie in buckets of others, and anything else
 * only in buckets of this account, so that nothing is written to somebody else's.
 */
export function s3EndpointPolicy(accountId: string): string {
  return policy([
    { ...anyone, Action: ["s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket"], Resource: "*" },
    { ...anyone, Action: "s3:*", Resource: "*", Condition: ofAccount("aws:ResourceAccount", accountId) },
  ]);
}

const anyone = { Effect: "Allow", Principal: "*" };
const ofAccount = (key: string, accountId: string) => ({ StringEquals: { [key]: accountId } });
const policy = (statements: readonly object[]) => JSON.stringify({ Version: "2012-10-17", Statement: statements });
