import * as pulumi from "@pulumi/pulumi";
import { valkeyPort } from "../components/cache-plan.ts";
import type { ContainerPlatform } from "../components/container-platform.ts";
import { ContainerService } from "../components/container-service.ts";
import { postgresPort } from "../components/database-plan.ts";
import { DeliveryRunner } from "../components/delivery-runner.ts";
import { OperatorTask } from "../components/operator-task.ts";
import { connect } from "./connections.ts";
import type { Data } from "./data.ts";
import { apiUrl } from "./delivery.ts";
import type { Foundation } from "./foundation.ts";
import { fill } from "./released-images.ts";
import { backendVariables, frontendVariables, type Given, operatorVariables, type Tenant } from "./variables.ts";

/** What the application runs on. */
interface Ground extends Foundation, Data {
  readonly platform: ContainerPlatform;
}

/** What runs: the two services, the definition of one-off tasks, and the runner in the VPC where settings ask for one. */
export function createApplication(on: Ground): pulumi.Inputs {
  const { account, cache, common, database, keys, network, opts, platform, registry, settings, stack } = on;
  const { github, runner, services } = settings;
  const images = fill(settings.images, settings.initialImages);
  const tenant: Tenant = {
    cache,
    database,
    environment: settings.environment,
    hosts: settings.edge.hosts,
    region: settings.aws.region,
    secretsKeyArn: keys.arn("secrets"),
    stack,
  };
  const place = { ...common, vpcId: network.vpcId, subnetIds: pulumi.all(network.privateSubnetIds) };
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
  const backend = service("backend", backendVariables(tenant), { SECRET_KEY: on.secretKeyArn });
  const frontend = service("frontend", frontendVariables(tenant), {});
  const tasks = new OperatorTask(
    `${stack}-tasks`,
    {
      ...inCluster,
      ...operatorVariables(tenant),
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
    images: settings.images,
    registry: registry.urls(),
    tasks: tasks.target,
    ...(inVpc && { runner: { label: inVpc.label, project: inVpc.projectName } }),
  };
}
