import * as pulumi from "@pulumi/pulumi";
import { AlarmTopic } from "../components/alarm-topic.ts";
import { ApplicationSecrets } from "../components/application-secrets.ts";
import { AwsProvider, requireAccount } from "../components/aws-provider.ts";
import { Budget } from "../components/budget.ts";
import { Cache } from "../components/cache.ts";
import { ContainerPlatform } from "../components/container-platform.ts";
import { Database } from "../components/database.ts";
import { DatabaseMigrations } from "../components/database-migrations.ts";
import { Edge } from "../components/edge.ts";
import { FlagSet } from "../components/flag-set.ts";
import { Keys } from "../components/keys.ts";
import { Network } from "../components/network.ts";
import { Registry } from "../components/registry.ts";
import { protectsData, rulesOf } from "../infra/environment.ts";
import { physicalName } from "../infra/naming.ts";
import { onAws } from "../infra/settings/on-aws.ts";
import type { Settings } from "../infra/settings.ts";
import { createApplication } from "./application.ts";
import { createBackup } from "./backup.ts";
import { boundedBy, createDelivery } from "./delivery.ts";

/** Staging, and every other stack on ECS: a shared development environment, and the environments of pull requests. */
export async function staging(stack: string, all: Settings): Promise<pulumi.Inputs> {
  const settings = onAws(all);
  const { application, environment } = settings;
  const context = { application, stack, environment };
  const protect = settings.protection ?? protectsData(environment);
  const rules = rulesOf(environment);
  const named = (part: string) => `${stack}-${part}`;

  const cloud = new AwsProvider(named("aws"), settings.aws);
  const account = await requireAccount(cloud, settings.aws);
  const delivery = await createDelivery({ account, cloud, context, protect, rules, settings });
  const opts = { providers: [cloud], transformations: boundedBy(delivery) };

  const keys = new Keys(
    named("keys"),
    {
      context,
      ...account,
      protect,
      purposes: ["alarms", "backup", "cache", "database", "logs", "registry", "secrets"],
    },
    opts,
  );
  const logs = { logKeyArn: keys.arn("logs"), logRetentionDays: settings.logs.retentionDays };
  const alarms = new AlarmTopic(
    named("alarms"),
    { context, keyArn: keys.arn("alarms"), subscribers: settings.budget?.notify ?? [] },
    opts,
  );
  const common = { context, protect, ...logs, alarmTopicArn: alarms.arn };

  const network = new Network(
    named("network"),
    { ...common, ...account, settings: settings.network, platform: "ecs", flowLogKeyArn: logs.logKeyArn },
    opts,
  );
  const isolated = { vpcId: network.vpcId, subnetIds: network.isolatedSubnetIds };
  const database = new Database(
    named("database"),
    {
      ...common,
      ...isolated,
      settings: settings.database,
      databaseName: settings.database.name ?? physicalName(context, "postgresIdentifier"),
      keyArn: keys.arn("database"),
      secretKeyArn: keys.arn("secrets"),
    },
    opts,
  );
  const cache = new Cache(
    named("cache"),
    { ...common, ...isolated, settings: settings.cache, keyArn: keys.arn("cache") },
    opts,
  );
  const secrets = new ApplicationSecrets(
    named("secrets"),
    { context, protect, keyArn: keys.arn("secrets"), names: ["secret-key"] },
    opts,
  );
  const registry = new Registry(
    named("registry"),
    { context, protect, keyArn: keys.arn("registry"), images: ["backend", "frontend", "operator"] },
    opts,
  );

  const edge = new Edge(named("edge"), { ...common, settings: settings.edge }, opts);
  const platform = new ContainerPlatform(
    named("platform"),
    {
      ...common,
      vpcId: network.vpcId,
      publicSubnetIds: pulumi.all(network.publicSubnetIds),
      certificateArn: edge.certificateArn,
      execAllowed: environment !== "production",
    },
    opts,
  );
  edge.pointTo(platform.loadBalancer).guard(platform.loadBalancer.arn);

  const wired = {
    account,
    cache,
    common,
    context,
    database,
    keys,
    network,
    platform,
    registry,
    rules,
    secrets,
    settings,
  };
  const running = createApplication(wired, opts);
  const schema = new DatabaseMigrations(
    named("schema"),
    { database: database.reference },
    // Its rules let the runner in, who is the one that migrates.
    { dependsOn: [database.securityGroup] },
  );
  const flags = new FlagSet(named("flags"), { database: schema.database, environment, overrides: settings.flags });
  createBackup({ account, common, context, database, keys, settings }, opts);
  if (settings.budget) new Budget(named("budget"), { context, settings: settings.budget }, opts);

  return {
    ...delivery.outputs,
    ...running,
    database: {
      host: database.host,
      port: database.port,
      identifier: database.identifier,
      name: database.reference.database,
      owner: database.masterSecretArn,
      application: database.applicationUser,
      migrations: schema.applied,
    },
    cache: { host: cache.host, port: cache.port, user: cache.userName },
    edge: { zone: settings.edge.zone, nameServers: edge.nameServers, loadBalancer: platform.loadBalancer.dnsName },
    flags: { declared: flags.flags, operated: flags.operated },
    network: { vpc: network.vpcId, cidr: network.cidr },
    environment: { name: environment, protected: protect, ...rules },
    ...(settings.feature && { feature: settings.feature }),
  };
}
