import assert from "node:assert/strict";
import fc from "fast-check";
import unleashClient from "unleash-client/lib/client.js";
import { defaultStrategies } from "unleash-client/lib/strategy/index.js";
import { compileFlags } from "../../../../delivery/flags/evaluation/compiled-flags.ts";
import type { FeatureState, FlagContext } from "../../../../delivery/flags/evaluation/model.ts";
import { unleash } from "../../../../delivery/flags/evaluation/semantics.ts";
import { context, state } from "./arbitraries.ts";

function askUnleash({ features, segments = [] }: FeatureState, key: string, asked: FlagContext) {
  const client = new unleashClient.default(
    {
      getToggle: (name: string) => features.find((feature) => feature.name === name),
      getSegment: (id: number) => segments.find((segment) => segment.id === id),
    } as never,
    defaultStrategies,
  );
  client.on("warn", () => {});
  const { name, enabled, payload, feature_enabled } = client.getVariant(key, asked as never);
  return { on: client.isEnabled(key, asked as never, () => false), name, enabled, payload, feature_enabled };
}

function askUs(definitions: FeatureState, key: string, asked: FlagContext) {
  const flags = compileFlags(definitions, unleash);
  const { enabled = false, variant } = flags.evaluate(key, asked) ?? {};
  return {
    on: flags.isEnabled(key, asked),
    name: variant?.name ?? "disabled",
    enabled: variant !== undefined,
    payload: variant?.payload,
    feature_enabled: enabled,
  };
}

describe("Unleash's own client", () => {
  it("answers as we do, on 10,000 random sets of flags", () => {
    fc.assert(
      fc.property(state, context, (definitions, asked) => {
        for (const { name } of definitions.features) {
          assert.deepEqual(askUs(definitions, name, asked), askUnleash(definitions, name, asked));
        }
      }),
      { numRuns: 10_000 },
    );
  }).timeout(120_000);
});
