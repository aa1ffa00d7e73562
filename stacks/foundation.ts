import type * as pulumi from "@pulumi/pulumi";
import { AlarmTopic } from "../components/alarm-topic.ts";
import { type AccountFacts, AwsProvider, requireAccount } from "../components/aws-provider.ts";
import { Keys } from "../components/keys.ts";
import type { KeyPurpose } from "../components/keys-plan.ts";
import { Network } from "../components/network.ts";
import { Registry } from "../components/registry.ts";
import { type EnvironmentRules, protectsData, rulesOf } from "../infra/environment.ts";
import type { NamingContext } from "../infra/naming.ts";
import { type AwsSettings, onAws } from "../infra/settings/on-aws.ts";
import type { Settings } from "../infra/settings.ts";
import { boundedBy, createDelivery, type Delivery } from "./delivery.ts";
import { readReleasedImages, withReleasedImages } from "./released-images.ts";

/** Where logs and alarms of everything go, and whether it may be deleted. */
interface Common {
  readonly alarmTopicArn: pulumi.Output<string>;
  readonly context: NamingContext;
  readonly logKeyArn: pulumi.Output<string>;
  readonly logRetentionDays: number;
  readonly protect: boolean;
}

/** What every stack in AWS stands on. */
export interface Foundation {
  readonly account: AccountFacts;
  readonly common: Common;
  readonly context: NamingContext;
  readonly delivery: Delivery;
  readonly keys: Keys;
  /** The logical name of a part of the stack. */
  readonly named: (part: string) => string;
  readonly network: Network;
  /** The stack's provider, and the boundary of its roles. */
  readonly opts: {
    readonly providers: pulumi.ProviderResource[];
    readonly transformations: pulumi.ResourceTransformation[];
  };
  readonly protect: boolean;
  readonly registry: Registry<"backend" | "frontend" | "operator">;
  readonly rules: EnvironmentRules;
  readonly settings: AwsSettings;
  readonly stack: string;
}

/** The purposes for which every stack has a key. */
const purposes: readonly KeyPurpose[] = ["alarms", "backup", "cache", "database", "logs", "registry", "secrets"];

/**
 * The account and who may deploy to it, keys, alarms, network and images.
 * @param platform what runs in the network
 */
export async function createFoundation(
  stack: string,
  all: Settings,
  platform: { readonly kind: "ecs" | "eks"; readonly keys?: readonly KeyPurpose[] },
): Promise<Foundation> {
  const settings = withReleasedImages(onAws(all), await readReleasedImages(stack));
  const { application, environment } = settings;
  const context = { application, stack, environment };
  const protect = settings.protection ?? protectsData(environment);
  const rules = rulesOf(environment);
  const named = (part: string) => `${stack}-${part}`;

  const cloud = new AwsProvider(named("aws"), settings.aws);
  const account = await requireAccount(cloud, settings.aws);
  const delivery = await createDelivery({ account, cloud, context, protect, settings });
  const opts = { providers: [cloud], transformations: boundedBy(delivery) };

  const keys = new Keys(
    named("keys"),
    { context, ...account, protect, purposes: [...purposes, ...(platform.keys ?? [])] },
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
    { ...common, ...account, settings: settings.network, platform: platform.kind, flowLogKeyArn: logs.logKeyArn },
    opts,
  );
  const registry = new Registry(
    named("registry"),
    { context, protect, keyArn: keys.arn("registry"), images: ["backend", "frontend", "operator"] },
    opts,
  );
  return { account, common, context, delivery, keys, named, network, opts, protect, registry, rules, settings, stack };
}
