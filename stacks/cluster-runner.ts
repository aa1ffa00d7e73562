import * as pulumi from "@pulumi/pulumi";
import { DeliveryRunner } from "../components/delivery-runner.ts";
import type { KubernetesPlatform } from "../components/kubernetes-platform.ts";
import { connect } from "./connections.ts";
import type { Foundation } from "./foundation.ts";

/** The runner in the VPC where settings ask for one: it alone reaches the API server and the databases from outside the cluster. */
export function createRunner(on: Foundation, platform: KubernetesPlatform): DeliveryRunner | undefined {
  const { account, common, named, network, opts, settings } = on;
  if (!settings.runner) return undefined;
  const runner = new DeliveryRunner(
    named("runner"),
    {
      ...common,
      ...account,
      ...settings.runner,
      github: settings.github,
      vpcId: network.vpcId,
      subnetIds: pulumi.all(network.privateSubnetIds),
    },
    opts,
  );
  const client = { name: "runner", group: runner.securityGroup };
  platform.endpoint.allowFrom(client, 443);
  connect(network, settings, client, []);
  return runner;
}
