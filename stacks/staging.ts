import * as pulumi from "@pulumi/pulumi";
import { Budget } from "../components/budget.ts";
import { ContainerPlatform } from "../components/container-platform.ts";
import { DatabaseMigrations } from "../components/database-migrations.ts";
import { Edge } from "../components/edge.ts";
import { FlagSet } from "../components/flag-set.ts";
import type { Settings } from "../infra/settings.ts";
import { createApplication } from "./application.ts";
import { createBackup } from "./backup.ts";
import { createData } from "./data.ts";
import { createFoundation } from "./foundation.ts";

/** Staging, and every other stack on ECS: a shared development environment, and the environments of pull requests. */
export async function staging(stack: string, all: Settings): Promise<pulumi.Inputs> {
  const foundation = await createFoundation(stack, all, { kind: "ecs" });
  const { common, context, delivery, named, network, opts, protect, rules, settings } = foundation;
  const { environment } = settings;
  const data = createData(foundation, { settings });
  const { cache, database } = data;

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

  const running = createApplication({ ...foundation, ...data, platform });
  const schema = new DatabaseMigrations(
    named("schema"),
    { database: database.reference },
    // Its rules let the runner in, who is the one that migrates.
    { dependsOn: [database.securityGroup] },
  );
  const flags = new FlagSet(named("flags"), { database: schema.database, environment, overrides: settings.flags });
  createBackup(foundation, [database]);
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
