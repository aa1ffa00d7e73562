import fc from "fast-check";
import type { FlagContext } from "../../../../delivery/flags/evaluation/model.ts";

/** Few names and values, so that constraints often hold; among them what JavaScript and SQL could read differently. */
const user = fc.constantFrom("ada", "bob", "eve", "zoë", "山田", "", " ada ", "1e21", "7", "😀");
const organization = fc.constantFrom("acme", "globex", "");
const field = fc.constantFrom(
  "userId",
  "organizationId",
  "plan",
  "age",
  "version",
  "address",
  "born",
  "currentTime",
  "constructor",
);
const word = fc.constantFrom(
  "pro",
  "PRO",
  "free",
  " pro ",
  "İstanbul",
  "ΑΣ",
  "18",
  "0",
  "1000000000000000",
  "0.00001",
  "1e-7",
  "true",
);
const number = fc.constantFrom(0, -1, 18, 17.5, 1e15, 1e21, 1e-7, 0.00001, 255, Number.MAX_SAFE_INTEGER);
const numeric = fc.constantFrom(
  "",
  " 18 ",
  "0x12",
  "1e3",
  ".5",
  "5.",
  "+18",
  "1e999",
  "-1e999",
  "1e-999",
  "18a",
  "Infinity",
  "0b11",
  "1_000",
);
const version = fc.constantFrom(
  "1.2.3",
  "1.2.3-alpha",
  "1.2.3-alpha.1",
  "1.2.3-alpha.beta",
  "1.2.3-2",
  "1.2.3-11",
  "1.10.0",
  "2.0.0+build",
  " 1.2.3 ",
  "v1.2.3",
  "1.2",
  "01.2.3",
  "1.2.3-01",
  "9007199254740992.0.0",
);
const soundVersion = fc.constantFrom("1.2.3", "1.2.3-alpha", "1.2.3-alpha.1", "1.2.3-11", "1.10.0", "2.0.0+build.5");
const address = fc.constantFrom(
  "10.1.2.3",
  "10.200.0.1",
  "192.168.0.1",
  "::1",
  "2001:db8::7",
  "::ffff:10.1.2.3",
  "fe80::1%eth0",
  "010.1.2.3",
  "10.1.2",
  "10.1.2.3/8",
  "nowhere",
);
const range = fc.constantFrom(
  "10.0.0.0/8",
  "10.1.2.3/8",
  "10.1.2.3",
  "::/0",
  "2001:db8::/32",
  "fe80::/10",
  "0.0.0.0/0",
  "::ffff:0:0/96",
);
const moment = fc.constantFrom(
  "2026-03-01T09:00:00Z",
  "2026-03-01T10:00:00.5+01:00",
  "2026-03-01T09:00Z",
  "2024-02-29T23:59:59.9999-12:30",
  "0001-01-01T00:00:00Z",
);
const anyMoment = fc.oneof(
  moment,
  fc.constantFrom(
    "2026-03-01",
    "2026-02-30",
    "2026-03-01T09:00:00",
    "March 1, 2026",
    "2026-03-01T24:00:00Z",
    "0000-01-01",
    "1772355600000",
  ),
);
const inverted = fc.constantFrom({}, {}, { inverted: true }, { inverted: false });
const some = <T>(value: fc.Arbitrary<T>, most = 3) => fc.array(value, { minLength: 1, maxLength: most });
const filled = (value: fc.Arbitrary<string>) => value.filter((text) => text !== "");

const constraint = fc
  .tuple(
    fc.oneof(
      fc.record({
        contextName: field,
        operator: fc.constantFrom("IN", "NOT_IN"),
        values: some(filled(fc.oneof(user, word, organization))),
      }),
      fc.record({
        contextName: field,
        operator: fc.constantFrom("STR_STARTS_WITH", "STR_ENDS_WITH", "STR_CONTAINS"),
        values: some(fc.constantFrom("a", "A", "pro", "İ", "i̇", "σ", "ς", "  ", "18")),
        caseInsensitive: fc.boolean(),
      }),
      fc.record({
        contextName: fc.constantFrom("age", "plan", "version"),
        operator: fc.constantFrom("NUM_EQ", "NUM_GT", "NUM_GTE", "NUM_LT", "NUM_LTE"),
        value: number,
      }),
      fc.record({
        contextName: fc.constantFrom("born", "currentTime", "plan"),
        operator: fc.constantFrom("DATE_AFTER", "DATE_BEFORE"),
        value: moment,
      }),
      fc.record({
        contextName: fc.constantFrom("version", "plan"),
        operator: fc.constantFrom("SEMVER_EQ", "SEMVER_GT", "SEMVER_GTE", "SEMVER_LT", "SEMVER_LTE"),
        value: soundVersion,
      }),
      fc.record({
        contextName: fc.constantFrom("address", "plan"),
        operator: fc.constant("IN_CIDR"),
        values: some(range),
      }),
    ),
    inverted,
  )
  .map(([rule, more]) => ({ ...rule, ...more }));

const people = fc.record(
  { users: some(filled(user)), organizations: some(filled(organization)) },
  { requiredKeys: [] },
);
const percent = fc.constantFrom(0, 1, 40, 99, 100);
const segmentNames = ["one", "two", "three"] as const;

const sound = fc
  .record(
    {
      exclude: people,
      segments: fc.array(
        fc.oneof(
          fc.tuple(
            people,
            fc.record(
              { constraints: some(constraint, 2), rollout: percent, variant: fc.constantFrom("red", "blue") },
              { requiredKeys: [] },
            ),
          ),
          fc.tuple(
            fc.record({ shared: fc.constantFrom("testers", "gone", "broken") }),
            fc.record({ constraints: some(constraint, 1), rollout: percent }, { requiredKeys: [] }),
          ),
        ),
        { minLength: 1, maxLength: 3 },
      ),
      constraints: some(constraint, 2),
      stickiness: fc.constantFrom("user", "organization"),
      weights: fc.tuple(fc.constantFrom(0, 1, 50), fc.constantFrom(0, 50, 333), fc.constantFrom(0, 1, 1000)),
      prerequisites: some(
        fc.record(
          {
            flag: fc.constantFrom("f0", "f1", "f2", "f3", "f24", "nothing"),
            enabled: fc.boolean(),
            variants: some(fc.constantFrom("red", "blue", "disabled"), 2),
          },
          { requiredKeys: ["flag"] },
        ),
        2,
      ),
      metadata: fc.dictionary(fc.constantFrom("a", "b"), fc.oneof(fc.boolean(), fc.integer())),
    },
    { requiredKeys: [] },
  )
  .map(({ segments, weights, ...rest }) => {
    const sum = weights?.some((weight) => weight > 0);
    const variants =
      weights && sum
        ? ["red", "green", "blue"].map((name, index) => ({
            name,
            weight: weights[index],
            ...(index > 0 && { value: { index } }),
          }))
        : undefined;
    return {
      ...rest,
      ...(variants && { variants }),
      ...(segments && {
        segments: (segments as [object, { variant?: string }][]).map(([who, { variant, ...more }], index) => ({
          name: segmentNames[index],
          ...who,
          ...more,
          ...(variant !== undefined && variants && { variant }),
        })),
      }),
    };
  });

/** Sound, and now and then with something wrong at a place where somebody might get it wrong. */
export const targeting: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  { weight: 14, arbitrary: sound.map(({ prerequisites: _, ...rest }) => rest) },
  { weight: 4, arbitrary: sound },
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        sound,
        fc.oneof(
          fc.constantFrom(
            ...[
              { users: ["ada"] },
              { stickiness: "random" },
              { stickiness: null },
              { segments: [] },
              { segments: [{ users: ["ada"] }] },
              { constraints: {} },
            ],
            ...[
              { variants: [{ name: "red", weight: 0 }] },
              { variants: [{ name: "r", weight: 1.5 }] },
              { metadata: { a: null } },
              { exclude: [] },
              { exclude: { users: [1] } },
            ],
            ...[
              {
                variants: [
                  { name: "r", weight: 1 },
                  { name: "r", weight: 1 },
                ],
              },
              { segments: [{ name: "s", variant: "none" }] },
              { segments: [{ name: "s" }, { name: "s" }] },
            ],
            ...[
              { segments: [{ name: "s", shared: "testers", users: ["ada"] }] },
              { activation: { afterGoLive: "1 week" } },
              { activation: { at: "2026-03-01" } },
              { activation: {} },
            ],
            ...[
              { prerequisites: [{ flag: 1 }] },
              { prerequisites: [{ flag: "f0", enabled: "yes" }] },
              { segments: [{ name: "s", rollout: 101 }] },
              { segments: [{ name: "s", rollout: -1 }] },
            ],
          ),
          fc
            .tuple(
              fc.constantFrom("IN", "NUM_EQ", "SEMVER_EQ", "DATE_AFTER", "IN_CIDR", "REGEX", "STR_CONTAINS"),
              fc.constantFrom(
                { value: 1 },
                { value: "x" },
                { values: [] },
                { values: ["10.0.0.0/33"] },
                { values: ["a"], value: 1 },
                { value: "v1.2.3" },
                { value: "2026-02-30T00:00:00Z" },
                { values: ["a"], inverted: 1 },
                {},
              ),
            )
            .map(([operator, rest]) => ({ constraints: [{ contextName: "plan", operator, ...rest }] })),
        ),
      )
      .map(([rest, wrong]) => ({ ...rest, ...wrong })),
  },
);

export const sharedSegments: fc.Arbitrary<Record<string, unknown>> = fc.record({
  testers: fc.record(
    { users: some(filled(user)), organizations: some(filled(organization)), constraints: some(constraint, 1) },
    { requiredKeys: [] },
  ),
  broken: fc.constantFrom({ users: "ada" }, { names: [] }, { constraints: {} }, { users: ["bob"] }),
});

const fields = {
  userId: user,
  organizationId: organization,
  plan: fc.oneof(word, numeric, fc.constantFrom<unknown>(null, true, ["pro"], { pro: 1 })),
  age: fc.oneof<fc.Arbitrary<unknown>[]>(number, numeric),
  version,
  address,
  born: anyMoment,
};
export const context = fc.record(
  {
    ...fields,
    currentTime: fc.oneof<fc.Arbitrary<unknown>[]>(
      moment,
      anyMoment,
      fc.constantFrom(null, "", 0, 1772355600000.9, -1e18),
    ),
    properties: fc.record(fields, { requiredKeys: [] }),
  },
  { requiredKeys: [] },
) as unknown as fc.Arbitrary<FlagContext>;
