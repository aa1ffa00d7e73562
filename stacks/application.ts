import * as pulumi from "@pulumi/pulumi";
import type { ApplicationSecrets } from "../components/application-secrets.ts";
import type { AccountFacts } from "../components/aws-provider.ts";
import type { Cache } from "../components/cache.ts";
import { valkeyPort } from "../components/cache-plan.ts";
import type { ContainerPlatform } from "../components/container-platform.ts";
import { ContainerService } from "../components/container-service.ts";
import type { Statement } from "../components/container-task-roles.ts";
import type { Database } from "../components/database.ts";
import { postgresPort } from "../components/database-plan.ts";
import { DeliveryRunner } from "../components/delivery-runner.ts";
import type { Keys } from "../components/keys.ts";
import type { Network } from "../components/network.ts";
import { OperatorTask } from "../components/operator-task.ts";
import type { Registry } from "../components/registry.ts";
import type { SecurityGroup } from "../components/security-group.ts";
import type { EnvironmentRules } from "../infra/environment.ts";
import type { NamingContext } from "../infra/naming.ts";
import type { AwsSettings } from "../infra/settings/on-aws.ts";
import { apiUrl } from "./delivery.ts";

/** What the application runs on. */
interface Foundation {
  readonly account: AccountFacts;
  readonly cache: Cache;
  /** Where logs and alarms go. */
  readonly common: {
    readonly alarmTopicArn: pulumi.Input<string>;
    readonly logKeyArn: pulumi.Input<string>;
    readonly logRetentionDays: number;
  };
  readonly context: NamingContext;
  readonly database: Database;
  readonly keys: Keys;
  readonly network: Network;
  readonly platform: ContainerPlatform;
  readonly registry: Registry<"backend" | "frontend" | "operator">;
  readonly rules: EnvironmentRules;
  readonly secrets: ApplicationSecrets;
  readonly settings: AwsSettings;
}

/** What runs: the two services, the definition of one-off tasks, and the runner in the VPC where settings ask for one. */
export function createApplication(on: Foundation, opts: pulumi.ComponentResourceOptions): pulumi.Inputs {
  const { account, cache, common, context, database, keys, network, platform, registry, secrets, settings } = on;
  const { stack } = context;
  const { github, images, runner, services } = settings;
  const place = { context, ...common, vpcId: network.vpcId, subnetIds: pulumi.all(network.privateSubnetIds) };
  const inCluster = { ...place, platform, secretsKeyArns: [keys.arn("secrets")] };
  const service = (
    name: "backend" | "frontend",
    given: Given,
    secretArns: Readonly<Record<string, pulumi.Output<string>>>,
  ) =>
    new ContainerService(
      `${stack}-${name}`,
      {
        ...inCluster,
        ...given,
        secrets: secretArns,
        service: name,
        settings: services[name],
        deployment: settings.deployment,
        hosts: settings.edge.hosts,
        repository: registry.repository(name),
        image: registry.imageUri(name, images[name]),
      },
      opts,
    );
  const backend = service("backend", backendVariables(on), { SECRET_KEY: secrets.arn("secret-key") });
  const frontend = service("frontend", frontendVariables(on), {});
  const tasks = new OperatorTask(
    `${stack}-tasks`,
    {
      ...inCluster,
      ...operatorVariables(on),
      repository: registry.repository("operator"),
      image: registry.imageUri("operator", images.operator),
    },
    opts,
  );
  const inVpc = runner && new DeliveryRunner(`${stack}-runner`, { ...place, ...account, ...runner, github }, opts);

  const postgres = { group: database.securityGroup, port: postgresPort };
  const valkey = { group: cache.securityGroup, port: valkeyPort };
  connect(network, settings, { name: "backend", group: backend.securityGroup }, [postgres, valkey]);
  connect(network, settings, { name: "frontend", group: frontend.securityGroup }, []);
  connect(network, settings, { name: "tasks", group: tasks.securityGroup }, [postgres]);
  if (inVpc) connect(network, settings, { name: "runner", group: inVpc.securityGroup }, [postgres]);

  return {
    application: {
      backend: { url: apiUrl(settings.edge.hosts), service: backend.serviceName },
      frontend: { url: `https://${settings.edge.hosts.frontend}`, service: frontend.serviceName },
    },
    registry: Object.fromEntries(
      (["backend", "frontend", "operator"] as const).map((image) => [image, registry.repository(image).url]),
    ),
    tasks: tasks.target,
    ...(inVpc && { runner: { label: inVpc.label, project: inVpc.projectName } }),
  };
}

/** What a program is given: variables, and what it may do in AWS. */
interface Given {
  readonly environment: Record<string, pulumi.Input<string>>;
  readonly statements: readonly Statement[];
}

/** Where the backend finds its data. It logs in to both with IAM tokens: there is no password to leak or to rotate. */
function backendVariables({ cache, context, database, rules, settings }: Foundation): Given {
  return {
    environment: {
      ENVIRONMENT: context.environment,
      LOG_LEVEL: rules.logLevel,
      CORS_ORIGINS: `https://${settings.edge.hosts.frontend}`,
      AWS_REGION: settings.aws.region,
      DATABASE_HOST: database.host,
      DATABASE_PORT: database.port.apply(String),
      DATABASE_NAME: database.reference.database,
      DATABASE_USER: database.applicationUser,
      DATABASE_AUTHENTICATION: "iam",
      DATABASE_SSLMODE: "verify-full",
      REDIS_HOST: cache.host,
      REDIS_PORT: cache.port.apply(String),
      REDIS_USER: cache.userName,
      REDIS_AUTHENTICATION: "iam",
      REDIS_TLS: "true",
    },
    statements: [
      { Effect: "Allow", Action: "rds-db:connect", Resource: database.applicationUserArn },
      { Effect: "Allow", Action: "elasticache:Connect", Resource: [cache.arn, cache.userArn] },
    ],
  };
}

/** What the frontend tells browsers: where the API is. */
function frontendVariables({ context, settings }: Foundation): Given {
  return {
    environment: {
      VITE_API_URL: apiUrl(settings.edge.hosts),
      VITE_ENVIRONMENT: context.environment,
    },
    statements: [],
  };
}

/** What an operator's command needs to act as the owner of the database: the secret's name, not the secret. */
function operatorVariables({ context, database, keys, settings }: Foundation): Given {
  return {
    environment: {
      SLIPWAY_STACK: context.stack,
      SLIPWAY_ENVIRONMENT: context.environment,
      AWS_REGION: settings.aws.region,
      DATABASE_SECRET_ARN: database.masterSecretArn,
      DATABASE_HOST: database.host,
      DATABASE_PORT: database.port.apply(String),
      DATABASE_NAME: database.reference.database,
      DATABASE_APPLICATION: database.applicationUser,
    },
    statements: [
      { Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: database.masterSecretArn },
      {
        Effect: "Allow",
        Action: "kms:Decrypt",
        Resource: keys.arn("secrets"),
        Condition: { StringEquals: { "kms:ViaService": `secretsmanager.${settings.aws.region}.amazonaws.com` } },
      },
    ],
  };
}

/** Someone in the private subnets who connects to others. */
interface Client {
  readonly name: string;
  readonly group: SecurityGroup;
}

/**
 * Lets a client reach what it needs and nothing else: the services of AWS through the VPC's endpoints (through NAT where there
 * are none), and the data that it is given.
 */
function connect(
  network: Network,
  settings: AwsSettings,
  client: Client,
  to: readonly { readonly group: SecurityGroup; readonly port: number }[],
): void {
  for (const { group, port } of to) group.allowFrom(client, port);
  client.group.allowTo({ name: "s3", prefixListId: network.s3PrefixListId }, 443);
  if (settings.network.interfaceEndpoints !== "none") network.endpoints.allowFrom(client, 443);
  else if (client.name !== "runner") client.group.allowTo({ name: "internet", cidr: "0.0.0.0/0" }, 443);
}
