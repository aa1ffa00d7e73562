import assert from "node:assert/strict";
import { createRequire } from "node:module";
import files from "@unleash/client-specification/specifications/index.json" with { type: "json" };
import { compileFlags } from "../../../../delivery/flags/evaluation/compiled-flags.ts";
import type {
  FeatureDefinition,
  FeatureState,
  FlagContext,
  SegmentDefinition,
} from "../../../../delivery/flags/evaluation/model.ts";
import { unleash } from "../../../../delivery/flags/evaluation/semantics.ts";

interface DeltaEvent {
  readonly type: string;
  readonly features?: readonly FeatureDefinition[];
  readonly segments?: readonly SegmentDefinition[];
  readonly feature?: FeatureDefinition;
  readonly segment?: SegmentDefinition;
  readonly featureName?: string;
}

interface Case<Expected> {
  readonly description: string;
  readonly context: FlagContext;
  readonly toggleName: string;
  readonly expectedResult: Expected;
}

interface Specification {
  readonly name: string;
  readonly state: FeatureState | { readonly events: readonly DeltaEvent[] };
  readonly tests?: readonly Case<boolean>[];
  readonly variantTests?: readonly Case<Record<string, unknown>>[];
}

const require = createRequire(import.meta.url);
const specifications = files.map(
  (file): Specification => require(`@unleash/client-specification/specifications/${file}`),
);

/** The state that a stream of changes leads to. How changes travel is no part of an evaluator. */
function stateOf(state: Specification["state"]): FeatureState {
  if (!("events" in state)) return state;
  const features = new Map<string, FeatureDefinition>();
  const segments = new Map<SegmentDefinition["id"], SegmentDefinition>();
  for (const event of state.events) {
    for (const feature of [...(event.features ?? []), ...(event.feature ? [event.feature] : [])])
      features.set(feature.name, feature);
    for (const segment of [...(event.segments ?? []), ...(event.segment ? [event.segment] : [])])
      segments.set(segment.id, segment);
    if (event.type === "feature-removed") features.delete(event.featureName ?? "");
  }
  return { features: [...features.values()], segments: [...segments.values()] };
}

describe("Unleash's client specification", () => {
  it("is there whole: 22 files, 279 cases", () => {
    assert.equal(specifications.length, 22);
    const cases = specifications.flatMap(({ tests = [], variantTests = [] }) => [...tests, ...variantTests]);
    assert.equal(cases.length, 279);
  });

  for (const { name, state, tests = [], variantTests = [] } of specifications) {
    describe(name, () => {
      const flags = compileFlags(stateOf(state), unleash);
      for (const { description, context, toggleName, expectedResult } of tests) {
        it(description, () => {
          assert.equal(flags.isEnabled(toggleName, context), expectedResult);
          assert.equal(flags.evaluate(toggleName, context)?.enabled ?? false, expectedResult);
        });
      }
      for (const { description, context, toggleName, expectedResult } of variantTests) {
        it(description, () => {
          const { enabled = false, variant } = flags.evaluate(toggleName, context) ?? {};
          assert.deepEqual(
            {
              name: variant?.name ?? "disabled",
              enabled: variant !== undefined,
              feature_enabled: enabled,
              ...(variant?.payload !== undefined && { payload: variant.payload }),
            },
            expectedResult,
          );
        });
      }
    });
  }
});
