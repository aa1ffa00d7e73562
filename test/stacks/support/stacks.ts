import type * as pulumi from "@pulumi/pulumi";
import { featureBlocks, planFeatureStack } from "../../../infra/feature-stack-plan.ts";
import { parseSettings, type RawSettings, type Settings } from "../../../infra/settings.ts";
import { dev } from "../../../stacks/dev.ts";
import { prod } from "../../../stacks/prod.ts";
import { staging } from "../../../stacks/staging.ts";
import { type MockedRun, type MockOptions, runMocked } from "../../support/pulumi-mocks.ts";
import { change, rawSettings } from "../../support/stack-settings.ts";
import { arnOf, testAccount } from "./arns.ts";

/** A stack as it was built, and with which settings. */
export interface BuiltStack extends MockedRun<pulumi.Inputs> {
  readonly stack: string;
  readonly settings: Settings;
}

/** The settings of a shared development environment in AWS: staging's, with a network, hosts and data of its own. */
function developmentInAws(): RawSettings {
  const raw = rawSettings("staging");
  const own: Record<string, unknown> = {
    environment: "development",
    "network.cidr": "10.3.0.0/16",
    "database.name": "teamflow_dev",
    "edge.zone": "dev.teamflow.app",
    "edge.hosts.frontend": "dev.teamflow.app",
    // The account has one provider of GitHub's identities, which staging has made.
    "identity.createOidcProvider": false,
    github: rawSettings("dev").github,
  };
  for (const [at, value] of Object.entries(own)) change(raw, at, value);
  return raw;
}

/** The settings of a stack that this repository could build in AWS. */
export function settingsOf(stack: string, changes: Readonly<Record<string, unknown>> = {}): Settings {
  const raw = stack === "staging" || stack === "prod" ? rawSettings(stack) : { ...rawOf(stack) };
  for (const [at, value] of Object.entries(changes)) change(raw, at, value);
  return parseSettings(stack, raw);
}

function rawOf(stack: string): RawSettings {
  if (stack === "dev") return developmentInAws();
  const number = Number(stack.replace("pr-", ""));
  if (number >= featureBlocks) throw new RangeError(`${stack} shares its network with another one`);
  return planFeatureStack(number, settingsOf("staging"));
}

/** Builds a stack under mocks that answer as AWS and GitHub do, all stacks in the same account and region. */
export async function buildStack(stack: string, changes: Readonly<Record<string, unknown>> = {}): Promise<BuiltStack> {
  const settings = settingsOf(stack, changes);
  const build = settings.platform === "eks" ? prod : staging;
  const run = await runMocked(() => build(stack, settings), { ...asInAws(stack), stack });
  return { ...run, stack, settings };
}

/** Development as Pulumi.dev.yaml has it: on this machine. */
export async function buildLocalDev(): Promise<BuiltStack> {
  const settings = parseSettings("dev", rawSettings("dev"));
  const before = { ...process.env };
  Object.assign(process.env, {
    PGHOST: "127.0.0.1",
    PGPORT: "5432",
    PGPASSFILE: "/nowhere",
    REDIS_URL: "redis://127.0.0.1:6379",
  });
  try {
    const run = await runMocked(() => dev("dev", settings), { ...asInAws("dev"), stack: "dev" });
    return { ...run, stack: "dev", settings };
  } finally {
    process.env = before;
  }
}

const asInAws = (stack: string): MockOptions => ({
  answer: ({ inputs, token }) => answers[token]?.(inputs, stack),
  outputs: (resource) => ({ arn: arnOf(resource), ...more(stack)[resource.type]?.(resource.inputs, resource.name) }),
});

type Values = Record<string, unknown>;

const answers: Readonly<Record<string, (inputs: Values, stack: string) => Values>> = {
  // A workflow of the stack's own environment.
  "aws:index/getCallerIdentity:getCallerIdentity": (_, stack) => ({
    accountId: testAccount,
    arn: `arn:aws:sts::${testAccount}:assumed-role/teamflow-${stack}-deploy/job`,
  }),
  "aws:iam/getOpenIdConnectProvider:getOpenIdConnectProvider": () => ({
    arn: `arn:aws:iam::${testAccount}:oidc-provider/token.actions.githubusercontent.com`,
  }),
  "aws:lb/getHostedZoneId:getHostedZoneId": () => ({ id: "zone-of-load-balancers" }),
  "aws:lb/getLoadBalancer:getLoadBalancer": ({ name }) => ({ name, arnSuffix: `app/${name}` }),
  "aws:route53/getZone:getZone": ({ name }) => ({ name, zoneId: `zone-of-${name}`, nameServers: ["ns-1.example"] }),
  "github:index/getOrganization:getOrganization": () => ({ id: "11" }),
  "github:index/getRepository:getRepository": ({ name }) => ({ name, htmlUrl: `https://github/${name}`, repoId: 22 }),
  "github:index/getTeam:getTeam": ({ slug }) => ({ slug, id: "33", members: [`${slug}-1`, `${slug}-2`] }),
};

/** What resources answer with beside their inputs and their ARN. */
const more = (stack: string): Readonly<Record<string, (inputs: Values, name: string) => Values>> => ({
  "aws:acm/certificate:Certificate": ({ domainName, subjectAlternativeNames = [] }) => ({
    domainValidationOptions: [domainName, ...(subjectAlternativeNames as unknown[])].map((host) => ({
      domainName: host,
      resourceRecordName: `_proof.${host}`,
      resourceRecordType: "CNAME",
      resourceRecordValue: "_proof.acm-validations.aws",
    })),
  }),
  "aws:ecr/repository:Repository": ({ name }) => ({
    repositoryUrl: `${testAccount}.dkr.ecr.us-west-2.amazonaws.com/${name}`,
  }),
  "aws:eks/cluster:Cluster": ({ name, vpcConfig }) => ({
    endpoint: `https://${name}.eks`,
    certificateAuthority: { data: "Y2E=" },
    vpcConfig: { ...(vpcConfig as Values), clusterSecurityGroupId: `${name}-nodes` },
  }),
  "aws:ec2/vpcEndpoint:VpcEndpoint": () => ({ prefixListId: "pl-s3" }),
  "aws:elasticache/replicationGroup:ReplicationGroup": (_, name) => ({
    primaryEndpointAddress: `cache.${serverOf(stack, name)}`,
    port: 6379,
  }),
  "aws:kms/key:Key": (_, name) => ({ keyId: `${name}-id` }),
  "aws:lb/loadBalancer:LoadBalancer": (_, name) => ({
    dnsName: `${name}.elb.amazonaws.com`,
    zoneId: "zone-of-load-balancers",
    arnSuffix: `app/${name}`,
  }),
  "aws:lb/targetGroup:TargetGroup": (_, name) => ({ arnSuffix: `targetgroup/${name}` }),
  "aws:rds/instance:Instance": (_, name) => ({
    address: `database.${serverOf(stack, name)}`,
    port: 5432,
    resourceId: `db-${serverOf(stack, name)}`,
    masterUserSecrets: [
      {
        secretArn: `arn:aws:secretsmanager:us-west-2:${testAccount}:secret:rds!db-${name}`,
        kmsKeyId: "key",
        secretStatus: "active",
      },
    ],
  }),
  "kubernetes:networking.k8s.io/v1:Ingress": ({ metadata }) => ({
    status: { loadBalancer: { ingress: [{ hostname: `${(metadata as Values).namespace}.elb.amazonaws.com` }] } },
  }),
  "aws:route53/zone:Zone": (_, name) => ({ zoneId: `${name}-id`, nameServers: ["ns-1.example", "ns-2.example"] }),
  "random:index/randomId:RandomId": () => ({ hex: "0badcafe" }),
});

/** What the mocks call a stack's database server, and those of pre-production and of releases beside it. */
export function serverOf(stack: string, name: string): string {
  if (name.startsWith(`${stack}-releases-`)) return `releases.${stack}`;
  return name.startsWith(`${stack}-pre-production-`) ? `pre-production.${stack}` : stack;
}
