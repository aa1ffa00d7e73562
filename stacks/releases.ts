import type { DeliveryRunner } from "../components/delivery-runner.ts";
import { DeliveryStore } from "../components/delivery-store.ts";
import type { Foundation } from "./foundation.ts";

/** The release database of all environments, where settings ask for one: in the isolated subnets, reached from the runner only. */
export function createReleases(on: Foundation, runner: DeliveryRunner | undefined): DeliveryStore | undefined {
  const { common, keys, named, network, opts, settings } = on;
  if (!settings.releases) return undefined;
  return new DeliveryStore(
    named("releases"),
    {
      ...common,
      settings: settings.releases,
      like: settings.database,
      vpcId: network.vpcId,
      subnetIds: network.isolatedSubnetIds,
      keyArn: keys.arn("database"),
      secretKeyArn: keys.arn("secrets"),
      clients: runner ? [{ name: "runner", group: runner.securityGroup }] : [],
    },
    opts,
  );
}
