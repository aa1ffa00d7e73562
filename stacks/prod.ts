import * as pulumi from "@pulumi/pulumi";
import { Budget } from "../components/budget.ts";
import { KubernetesPlatform } from "../components/kubernetes-platform.ts";
import { onKubernetes } from "../infra/settings/on-aws.ts";
import type { Settings } from "../infra/settings.ts";
import { createBackup } from "./backup.ts";
import { createEnvironment, planEnvironments } from "./cluster-environment.ts";
import { createRunner } from "./cluster-runner.ts";
import { createFoundation } from "./foundation.ts";
import { createReleases } from "./releases.ts";

/** Production on EKS, and pre-production beside it: a namespace of its own, with its own hosts, database and cache. */
export async function prod(stack: string, all: Settings): Promise<pulumi.Inputs> {
  const foundation = await createFoundation(stack, all, { kind: "eks", keys: ["kubernetes"] });
  const { account, common, context, delivery, keys, named, network, opts, protect, registry, rules } = foundation;
  const settings = onKubernetes(foundation.settings);
  const { main, beside } = planEnvironments(settings);

  const platform = new KubernetesPlatform(
    named("platform"),
    {
      ...common,
      ...account,
      settings: settings.kubernetes,
      namespaces: [main, beside].flatMap((environment) => environment?.namespace ?? []),
      vpcId: network.vpcId,
      subnetIds: pulumi.all(network.privateSubnetIds),
      secretsKeyArn: keys.arn("kubernetes"),
      deployRoleArn: delivery.deployRoleArn,
      previewRoleArn: delivery.previewRoleArn,
    },
    opts,
  );
  const pods = { name: "pods", groupId: platform.nodeSecurityGroupId };
  if (settings.network.interfaceEndpoints !== "none") network.endpoints.allowFrom(pods, 443);
  const runner = createRunner(foundation, platform);

  const ground = { ...foundation, settings, platform, pods, runner };
  const production = createEnvironment(ground, main);
  const preProduction = beside && createEnvironment({ ...ground, edge: production.edge }, beside);
  const releases = createReleases(foundation, runner);

  createBackup(
    foundation,
    [production, preProduction, releases].flatMap((each) => each?.database ?? []),
  );
  if (settings.budget) new Budget(named("budget"), { context, settings: settings.budget }, opts);

  return {
    ...delivery.outputs,
    ...production.outputs,
    ...(preProduction && { preProduction: preProduction.outputs }),
    cluster: { name: platform.clusterName, kubeconfig: platform.kubeconfig },
    edge: { zone: settings.edge.zone, nameServers: production.edge.nameServers },
    registry: registry.urls(),
    network: { vpc: network.vpcId, cidr: network.cidr },
    environment: { name: context.environment, protected: protect, ...rules },
    ...(releases && { releases: releases.place }),
    ...(runner && { runner: { label: runner.label, project: runner.projectName } }),
  };
}
