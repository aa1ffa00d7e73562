import type * as pulumi from "@pulumi/pulumi";
import { valkeyPort } from "../components/cache-plan.ts";
import type { Database } from "../components/database.ts";
import { DatabaseMigrations } from "../components/database-migrations.ts";
import { postgresPort } from "../components/database-plan.ts";
import type { DeliveryRunner } from "../components/delivery-runner.ts";
import { Edge } from "../components/edge.ts";
import { FlagSet } from "../components/flag-set.ts";
import { KubernetesApplication } from "../components/kubernetes-application.ts";
import type { KubernetesPlatform } from "../components/kubernetes-platform.ts";
import { planSubnets } from "../components/network-plan.ts";
import type { Peer } from "../components/security-group.ts";
import type { AwsSettings, ClusterSettings } from "../infra/settings/on-aws.ts";
import { createData } from "./data.ts";
import { apiUrl } from "./delivery.ts";
import type { Foundation } from "./foundation.ts";
import { fill } from "./released-images.ts";
import { backendVariables, frontendVariables, operatorVariables, type Tenant } from "./variables.ts";

/** One environment of a cluster: a namespace, its hosts and its own data. */
export interface PlannedEnvironment
  extends Pick<AwsSettings, "cache" | "database" | "environment" | "images">,
    Pick<AwsSettings["edge"], "hosts"> {
  readonly namespace: string;
  /** Those of its images that settings or a release named for this environment. */
  readonly released: AwsSettings["images"];
  /** What its things are called beside those of the stack's main environment. */
  readonly part?: string;
}

/** The stack's own environment, and pre-production where settings describe it. */
export function planEnvironments(settings: ClusterSettings): {
  readonly main: PlannedEnvironment;
  readonly beside: PlannedEnvironment | undefined;
} {
  const { cache, database, edge, environment, initialImages, kubernetes, preProduction } = settings;
  const images = fill(settings.images, initialImages);
  return {
    main: {
      cache,
      database,
      environment,
      hosts: edge.hosts,
      images,
      released: settings.images,
      namespace: kubernetes.namespace,
    },
    beside: preProduction && {
      ...preProduction,
      environment: "preProduction",
      // A release names an image here first; until then, and for what it does not change, this is what production runs.
      images: fill(preProduction.images, images),
      released: preProduction.images,
      part: "pre-production",
    },
  };
}

/** What an environment is built on. */
interface Ground extends Foundation {
  /** The edge of the stack's main environment, whose zone and firewall the others share. @default this one is the main one */
  readonly edge?: Edge;
  readonly platform: KubernetesPlatform;
  /** The nodes, as databases see them. */
  readonly pods: Peer;
  readonly runner: DeliveryRunner | undefined;
  readonly settings: ClusterSettings;
}

/** An environment that stands. */
interface Created {
  readonly database: Database;
  readonly edge: Edge;
  readonly outputs: pulumi.Inputs;
}

/** An environment's data and what runs on them, reached by its hosts. */
export function createEnvironment(on: Ground, planned: PlannedEnvironment): Created {
  const { keys, opts, platform, pods, registry, runner, settings, stack } = on;
  const { environment, hosts, namespace, part } = planned;
  const own = (name: string) => on.named(part === undefined ? name : `${part}-${name}`);
  const context = { ...on.context, environment };
  const common = { ...on.common, context };
  const { cache, database, secretKeyArn } = createData(on, {
    settings: planned,
    ...(part !== undefined && { beside: { part, environment } }),
  });
  const tenant: Tenant = {
    cache,
    database,
    environment,
    hosts,
    region: settings.aws.region,
    secretsKeyArn: keys.arn("secrets"),
    stack,
  };
  const edge = new Edge(own("edge"), { ...common, settings: { ...settings.edge, hosts }, beside: on.edge }, opts);
  database.securityGroup.allowFrom(pods, postgresPort);
  cache.securityGroup.allowFrom(pods, valkeyPort);
  if (runner) database.securityGroup.allowFrom({ name: "runner", group: runner.securityGroup }, postgresPort);

  const application = new KubernetesApplication(
    own("application"),
    {
      ...common,
      namespace,
      platform,
      region: settings.aws.region,
      services: settings.services,
      rollout: settings.kubernetes.rollout,
      hosts,
      zones: settings.network.zones,
      cidrs: addresses(settings),
      images: {
        backend: registry.imageUri("backend", planned.images.backend),
        frontend: registry.imageUri("frontend", planned.images.frontend),
        operator: registry.imageUri("operator", planned.images.operator),
      },
      given: {
        backend: backendVariables(tenant),
        frontend: frontendVariables(tenant),
        operator: operatorVariables(tenant),
      },
      secrets: { arns: { SECRET_KEY: secretKeyArn }, keyArn: keys.arn("secrets") },
      certificateArn: edge.certificateArn,
      firewallArn: edge.firewallArn,
    },
    { ...opts, providers: [...opts.providers, platform.provider] },
  );
  edge.pointTo({ dnsName: application.hostname });

  // Without an image there is no Job that could migrate, so that whoever runs `up` does it.
  const { migrated } = application;
  const schema = migrated
    ? database.reference
    : new DatabaseMigrations(own("schema"), { database: database.reference }, { dependsOn: [database.securityGroup] })
        .database;
  const flags = new FlagSet(
    own("flags"),
    { database: schema, environment, overrides: settings.flags },
    { dependsOn: migrated ? [migrated] : [] },
  );

  return {
    database,
    edge,
    outputs: {
      application: {
        backend: { url: apiUrl(hosts) },
        frontend: { url: `https://${hosts.frontend}` },
        loadBalancer: application.hostname,
        namespace,
      },
      database: {
        host: database.host,
        port: database.port,
        identifier: database.identifier,
        name: database.reference.database,
        owner: database.masterSecretArn,
        application: database.applicationUser,
      },
      cache: { host: cache.host, port: cache.port, user: cache.userName },
      images: planned.released,
      flags: { declared: flags.flags, operated: flags.operated },
      ...(application.tasks && { tasks: application.tasks }),
    },
  };
}

/** Who is where in the network, for the policies between pods. */
function addresses({ network }: AwsSettings) {
  const subnets = planSubnets(network, "eks");
  const of = (...tiers: readonly string[]) =>
    subnets.filter(({ tier }) => tiers.includes(tier)).map(({ cidr }) => cidr);
  return {
    loadBalancer: of("public"),
    data: of("isolated"),
    // AWS's endpoints stand in the private subnets where settings ask for them; else NAT leads to all there is.
    endpoints: network.interfaceEndpoints === "none" ? ["0.0.0.0/0"] : of("private"),
    apiServer: of("private"),
  };
}
