import { GrowthBookClient } from "@growthbook/growthbook";
import { FlagdCore } from "@openfeature/flagd-core";
import { UnleashEvents } from "unleash-client";
import unleashClient from "unleash-client/lib/client.js";
import { defaultStrategies } from "unleash-client/lib/strategy/index.js";
import { LiveFlags } from "../../delivery/flags/index.ts";
import type { TargetingConstraint } from "../../delivery/flags/targeting.ts";
import { toFeature } from "../../delivery/flags/translate.ts";
import { type BenchContext, type Shape, storedFlag } from "./workload.ts";

/** A library with its flags in memory: what is measured is the shortest way that it offers from a key to an answer. */
export interface Loaded {
  isOn(key: string, context: BenchContext): boolean;
  variant(key: string, context: BenchContext): unknown;
}

export interface Library {
  readonly name: string;
  /** Makes it ready from JSON text alone, as it comes over a network, so that memory counts what the library keeps. */
  load(json: string): Promise<Loaded>;
  /** The flags in the library's own format. */
  write(flags: ReadonlyMap<string, Shape>): string;
}

const slipway: Library = {
  name: "slipway",
  write: (flags) => JSON.stringify(Object.fromEntries([...flags].map(([key, shape]) => [key, storedFlag(shape)]))),
  async load(json) {
    const flags = new LiveFlags({
      environment: "production",
      source: {
        follow: (reports) => {
          reports.current(JSON.parse(json));
          return async () => {};
        },
      },
    });
    await flags.start();
    return {
      isOn: (key, context) => flags.isEnabled(key, context),
      variant: (key, context) => flags.evaluate(key, context)?.variant?.name,
    };
  },
};

/** Its evaluator without the metrics that the outer class counts. */
const unleash: Library = {
  name: "unleash-client",
  write: (flags) => JSON.stringify([...flags].map(([key, shape]) => toFeature(key, storedFlag(shape)))),
  async load(json) {
    const features = new Map<string, never>(
      (JSON.parse(json) as { name: string }[]).map((feature) => [feature.name, feature as never]),
    );
    const client = new unleashClient.default(
      { getToggle: (name: string) => features.get(name), getSegment: () => undefined } as never,
      defaultStrategies,
    );
    client.on(UnleashEvents.Error, (error: Error) => {
      throw error;
    });
    const never = () => false;
    return {
      isOn: (key, context) => client.isEnabled(key, context, never),
      variant: (key, context) => client.getVariant(key, context).name,
    };
  },
};

const flagd: Library = {
  name: "flagd-core",
  write: (flags) =>
    JSON.stringify({ flags: Object.fromEntries([...flags].map(([key, shape]) => [key, flagdFlag(shape)])) }),
  async load(json) {
    const core = new FlagdCore();
    core.setConfigurations(json);
    return {
      isOn: (key, context) => core.resolveBooleanEvaluation(key, false, context as never).value,
      variant: (key, context) => core.resolveStringEvaluation(key, "", context as never).value,
    };
  },
};

function flagdFlag({ enabled, rollout, constraints, variants }: Shape): unknown {
  if (variants) {
    return {
      state: "ENABLED",
      variants: Object.fromEntries(variants.map(({ name }) => [name, name])),
      defaultVariant: variants[0]?.name,
      targeting: { fractional: variants.map(({ name, weight }) => [name, weight]) },
    };
  }
  const share =
    rollout === 100
      ? "on"
      : {
          fractional: [
            ["on", rollout],
            ["off", 100 - rollout],
          ],
        };
  const condition = { and: constraints.map(flagdCondition) };
  return {
    state: "ENABLED", // a flag that is DISABLED is the caller's default there, so that "off" is another default variant
    variants: { on: true, off: false },
    defaultVariant: enabled ? "on" : "off",
    ...(enabled &&
      (constraints.length > 0 || rollout < 100) && {
        targeting: constraints.length > 0 ? { if: [condition, share, "off"] } : share,
      }),
  };
}

function flagdCondition(constraint: TargetingConstraint): unknown {
  const field = { var: constraint.contextName };
  switch (constraint.operator) {
    case "IN":
      return { in: [field, constraint.values] };
    case "NOT_IN":
      return { "!": { in: [field, constraint.values] } };
    case "SEMVER_GTE":
      return { sem_ver: [field, ">=", constraint.value] };
    default:
      throw new Error(`The workload has no ${constraint.operator}.`);
  }
}

const growthbook: Library = {
  name: "GrowthBook",
  write: (flags) =>
    JSON.stringify({ features: Object.fromEntries([...flags].map(([key, shape]) => [key, growthbookFeature(shape)])) }),
  async load(json) {
    const client = new GrowthBookClient().initSync({ payload: JSON.parse(json) });
    return {
      isOn: (key, context) => client.isOn(key, { attributes: context }),
      variant: (key, context) => client.getFeatureValue(key, "", { attributes: context }),
    };
  },
};

function growthbookFeature({ enabled, rollout, constraints, variants }: Shape): unknown {
  if (variants) {
    const total = variants.reduce((sum, { weight }) => sum + weight, 0);
    const variations = variants.map(({ name }) => name);
    const weights = variants.map(({ weight }) => weight / total);
    return { defaultValue: variations[0], rules: [{ variations, weights, hashAttribute: "id", coverage: 1 }] };
  }
  if (!enabled || (constraints.length === 0 && rollout === 100)) return { defaultValue: enabled };
  const condition = Object.fromEntries(
    constraints.map((constraint) => [constraint.contextName, growthbookCondition(constraint)]),
  );
  return {
    defaultValue: false,
    rules: [
      {
        force: true,
        ...(constraints.length > 0 && { condition }),
        ...(rollout < 100 && { coverage: rollout / 100, hashAttribute: "id" }),
      },
    ],
  };
}

function growthbookCondition(constraint: TargetingConstraint): unknown {
  switch (constraint.operator) {
    case "IN":
      return { $in: constraint.values };
    case "NOT_IN":
      return { $nin: constraint.values };
    case "SEMVER_GTE":
      return { $vgte: constraint.value };
    default:
      throw new Error(`The workload has no ${constraint.operator}.`);
  }
}

export const libraries: readonly Library[] = [slipway, unleash, flagd, growthbook];
