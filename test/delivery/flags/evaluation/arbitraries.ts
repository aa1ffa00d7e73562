import fc from "fast-check";
import type {
  ConstraintDefinition,
  FeatureDefinition,
  FeatureState,
  FlagContext,
  StrategyDefinition,
  VariantDefinition,
} from "../../../../delivery/flags/evaluation/model.ts";

/** Few names and values, so that constraints often hold, and among them such as are malformed. */
const field = fc.constantFrom("userId", "plan", "age", "version", "remoteAddress", "noSuchField");
const word = fc.constantFrom("ada", "bob", "pro", "PRO", "1.2.3", "2.0.0", "v1.0.0", "18", "10.1.2.3", "x y", "");
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 });

const constraint: fc.Arbitrary<ConstraintDefinition> = fc.record({
  contextName: field,
  operator: fc.constantFrom(
    ...["IN", "NOT_IN", "STR_STARTS_WITH", "STR_ENDS_WITH", "STR_CONTAINS", "NUM_EQ", "NUM_GT", "NUM_GTE", "NUM_LT"],
    ...["NUM_LTE", "SEMVER_EQ", "SEMVER_GT", "SEMVER_GTE", "SEMVER_LT", "SEMVER_LTE", "REGEX", "IN_CIDR", "NO_SUCH"],
  ),
  values: fc.array(fc.oneof(word, fc.constantFrom("10.0.0.0/8", "10.1.2.3/32", "::/0", "10.0.0.0/33")), {
    maxLength: 4,
  }),
  value: fc.oneof(word, fc.constantFrom("17.5", "^a", "(", "[[:alpha:]]+$")),
  inverted: fc.boolean(),
  caseInsensitive: fc.boolean(),
});

const stickiness = fc.constantFrom("default", "userId", "plan");
const variants: fc.Arbitrary<VariantDefinition[]> = fc.uniqueArray(
  fc.record({
    name: fc.constantFrom("red", "green", "blue"),
    weight: fc.constantFrom(0, 1, 50, 333),
    stickiness,
    payload: fc.constantFrom({ type: "string", value: "p" }, undefined),
    overrides: fc.oneof(
      fc.constant([]),
      fc.record({ contextName: field, values: fc.array(word, { maxLength: 2 }) }).map((override) => [override]),
    ),
  }),
  { selector: ({ name }) => name, maxLength: 3 },
);

const share = fc.constantFrom("0", "1", "30", "50", "99", "100", "much");
const strategy: fc.Arbitrary<StrategyDefinition> = fc
  .record({
    kind: fc.oneof(
      fc.constant({ name: "default", parameters: {} }),
      fc.constant({ name: "noSuchStrategy", parameters: {} }),
      fc
        .record({ rollout: share, stickiness, groupId: fc.constantFrom("g", "h") })
        .map((parameters) => ({ name: "flexibleRollout", parameters })),
      fc
        .record({ percentage: share, groupId: fc.constantFrom("g", "") })
        .map((parameters) => ({ name: "gradualRolloutUserId", parameters })),
      fc
        .record({ userIds: fc.constantFrom("ada,bob", "eve", "") })
        .map((parameters) => ({ name: "userWithId", parameters })),
      fc
        .record({ IPs: fc.constantFrom("10.0.0.0/8", "10.1.2.3, ::1", "nowhere", "") })
        .map((parameters) => ({ name: "remoteAddress", parameters })),
    ),
    constraints: fc.array(constraint, { maxLength: 2 }),
    segments: fc.uniqueArray(fc.constantFrom(1, 2, 404), { maxLength: 1 }),
    variants,
  })
  .map(({ kind, ...rest }) => ({ ...kind, ...rest, parameters: { groupId: "g", ...kind.parameters } }));

const name = fc.constantFrom("a", "b", "c", "d");
const feature: fc.Arbitrary<FeatureDefinition> = fc.record({
  name,
  enabled: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  strategies: fc.array(strategy, { maxLength: 3 }),
  variants,
  dependencies: fc.array(
    fc.record({
      feature: name,
      enabled: fc.boolean(),
      variants: fc.array(fc.constantFrom("red", "disabled"), { maxLength: 1 }),
    }),
    { maxLength: 1 },
  ),
});

export const state: fc.Arbitrary<FeatureState> = fc.record({
  features: fc.uniqueArray(feature, { selector: (definition) => definition.name, minLength: 1, maxLength: 4 }),
  segments: fc
    .tuple(fc.array(constraint, { maxLength: 2 }), fc.array(constraint, { maxLength: 2 }))
    .map(([one, two]) => [
      { id: 1, constraints: one },
      { id: 2, constraints: two },
    ]),
});

/** Every user has an id: for strangers Unleash throws dice. */
export const context: fc.Arbitrary<FlagContext> = fc.record({
  userId: fc.oneof(fc.constantFrom("ada", "bob"), fc.stringMatching(/^[ -~]{1,40}$/)),
  remoteAddress: maybe(fc.constantFrom("10.1.2.3", "192.168.0.1", "::1", "nowhere")),
  properties: fc.record({
    plan: word.filter((plan) => plan !== ""),
    age: maybe(fc.oneof(word, fc.integer({ min: 0, max: 99 }))),
    version: maybe(word),
  }),
});
