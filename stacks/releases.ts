import type { DeliveryRunner } from "../components/delivery-runner.ts";
import { DeliveryStore } from "../components/delivery-store.ts";
import { DeliveryStoreAccess } from "../components/delivery-store-access.ts";
import { readProcess } from "../delivery/process/read.ts";
import type { Foundation } from "./foundation.ts";

/**
 * The release database of all environments, where settings ask for one: in the isolated subnets, reached from the runner only, with
 * the role of the jobs that only record, request and ask.
 */
export function createReleases(on: Foundation, runner: DeliveryRunner | undefined): DeliveryStore | undefined {
  const { common, context, delivery, keys, named, network, opts, settings } = on;
  if (!settings.releases) return undefined;
  const store = new DeliveryStore(
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
  if (delivery.trust)
    new DeliveryStoreAccess(
      named("releases-access"),
      { context, trust: delivery.trust, refs: deployingRefs(), place: store.place, secretKeyArn: keys.arn("secrets") },
      opts,
    );
  return store;
}

/** Every branch and tag from which the process deploys anywhere: there workflows record, request and ask. */
function deployingRefs(): { branches: string[]; tags: string[] } {
  const environments = Object.values(readProcess().process.environments);
  const unique = (refs: readonly string[]) => [...new Set(refs)].sort();
  return {
    branches: unique(environments.flatMap(({ branches }) => branches)),
    tags: unique(environments.flatMap(({ tags }) => tags)),
  };
}
