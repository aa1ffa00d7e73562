import semver from "semver";
import { z } from "zod";
import { addressMatcher } from "./evaluation/addresses.ts";
import { parseTime } from "./evaluation/time.ts";

const text = (what: string) =>
  z
    .string({ error: `must be ${what}` })
    .min(1, `must be ${what}, not empty`)
    .max(255);
const list = <T extends z.ZodType>(item: T, most: number) =>
  z
    .array(item, { error: "must be a list" })
    .min(1, "must not be empty: leave the key out instead")
    .max(most, `must have at most ${most} entries`);
const distinct = (names: readonly string[]) => new Set(names).size === names.length;
const percent = z
  .int({ error: "must be a whole number of percent" })
  .min(0, "must be 0 to 100 percent")
  .max(100, "must be 0 to 100 percent");

const ids = list(text("an id as the application gives it"), 10_000);
const people = {
  /** By the context's `userId`. */
  users: ids.optional(),
  /** By the context's `organizationId`. */
  organizations: ids.optional(),
};

const contextName = text("a field of the context, such as userId or plan");
const inverted = z.boolean().optional();
const moment = z
  .string({ error: "must be a time with its zone, such as 2026-03-01T09:00:00Z" })
  .refine(
    (value) => value.includes("T") && !Number.isNaN(parseTime(value)),
    "must be a time with its zone, such as 2026-03-01T09:00:00Z",
  );

/**
 * Unleash's constraints, without REGEX: the database, which answers too, has other regular expressions than the application, and two
 * answers that differ are worse than none.
 */
const constraint = z.discriminatedUnion(
  "operator",
  [
    z.strictObject({ contextName, operator: z.enum(["IN", "NOT_IN"]), values: ids, inverted }),
    z.strictObject({
      contextName,
      operator: z.enum(["STR_STARTS_WITH", "STR_ENDS_WITH", "STR_CONTAINS"]),
      values: ids,
      inverted,
      caseInsensitive: z.boolean().optional(),
    }),
    z.strictObject({
      contextName,
      operator: z.enum(["NUM_EQ", "NUM_GT", "NUM_GTE", "NUM_LT", "NUM_LTE"]),
      value: z.number({ error: "must be a number" }),
      inverted,
    }),
    z.strictObject({
      contextName,
      operator: z.enum(["DATE_AFTER", "DATE_BEFORE"]),
      value: moment,
      inverted,
    }),
    z.strictObject({
      contextName,
      operator: z.enum(["SEMVER_EQ", "SEMVER_GT", "SEMVER_GTE", "SEMVER_LT", "SEMVER_LTE"]),
      value: z
        .string()
        .refine((value) => !value.startsWith("v") && semver.valid(value) !== null, "must be a version such as 1.2.3"),
      inverted,
    }),
    z.strictObject({
      contextName,
      operator: z.literal("IN_CIDR"),
      values: list(z.string().refine(isRange, "must be an address or a range such as 10.0.0.0/8"), 1_000),
      inverted,
    }),
  ],
  { error: "must be one of Unleash's operators: IN, NOT_IN, STR_..., NUM_..., DATE_..., SEMVER_... or IN_CIDR" },
);

const variantName = text("a variant's name");

const constraints = list(constraint, 50).optional();

const segment = z.strictObject({
  /** What explanations call it. */
  name: text("what people call the segment"),
  ...people,
  /** The key of a segment that several flags share, instead of users and organizations. */
  shared: text("the key of a shared segment").optional(),
  /** All must hold, beside being one of these users or organizations. */
  constraints,
  /** The share of them for whom the flag is on. @default 100 */
  rollout: percent.optional(),
  /** The variant that they get. @default by the variants' weights */
  variant: variantName.optional(),
});

/** What a shared segment consists of. */
export const sharedSegmentSchema = z.strictObject({ ...people, constraints });

/** When a flag that is switched on begins to be on. */
const activation = z.union(
  [
    /** So long after the environment went live: PT2H, P0D, P7D, P2W, P1M. */
    z.strictObject({ afterGoLive: z.string().regex(/^P(\d{1,3}[MWD]|T\d{1,4}[HM])$/) }),
    z.strictObject({ at: moment }),
  ],
  { error: 'must be { afterGoLive: P1W } (a number of M, W or D, or PT2H) or { at: "2026-03-01T09:00:00Z" }' },
);

/**
 * For whom a flag is on, beyond a share of everyone. Rules are tried in this order, and the first that lets somebody in decides:
 * the segments as they stand, then `rollout` for those who meet `constraints`. So a segment can only let in more people.
 */
const targetingSchema = z
  .strictObject({
    /** Never on for these, whatever else is said. */
    exclude: z.strictObject(people).optional(),
    /** On for these, whatever the flag's rollout is. */
    segments: list(segment, 50).optional(),
    /** Whom the flag's rollout is for; all must hold. @default everyone */
    constraints,
    /** Off for everyone until then, by the database's clock. @default as soon as the flag is enabled */
    activation: activation.optional(),
    /** What a rollout and the weights keep together. @default user */
    stickiness: z.enum(["user", "organization"], { error: "must be user or organization" }).optional(),
    /** What those get for whom the flag is on, for A/B tests. Without a value the application gets the name. */
    variants: list(
      z.strictObject({
        name: variantName,
        /** Its share of the sum of all weights. */
        weight: z.int({ error: "must be a whole number" }).min(0, "must be 0 to 1000").max(1000, "must be 0 to 1000"),
        value: z.json().optional(),
      }),
      50,
    )
      .refine((variants) => distinct(variants.map(({ name }) => name)), "must not have a name twice")
      .refine((variants) => variants.some(({ weight }) => weight > 0), "must have a weight above 0 somewhere")
      .optional(),
    /** Flags that must be on (or off) before this one is looked at. */
    prerequisites: list(
      z.strictObject({
        flag: text("a flag's key"),
        /** @default true */
        enabled: z.boolean().optional(),
        /** One of these variants of it. @default any */
        variants: list(variantName, 50).optional(),
      }),
      20,
    ).optional(),
    /** Handed to the application with the flag, as OpenFeature's flag metadata. */
    metadata: z
      .record(
        z.string(),
        z.union([z.string(), z.number(), z.boolean()], { error: "must be a text, a number or a boolean" }),
      )
      .optional(),
  })
  .check(({ value, issues }) => {
    const names = value.segments?.map(({ name }) => name) ?? [];
    if (!distinct(names)) {
      issues.push({ code: "custom", path: ["segments"], message: "must not have a name twice", input: value.segments });
    }
    const variants = value.variants?.map(({ name }) => name) ?? [];
    for (const [index, { shared, users, organizations, variant }] of (value.segments ?? []).entries()) {
      if (shared !== undefined && (users ?? organizations) !== undefined) {
        const message = "must be alone: a segment has users and organizations of its own, or shared ones";
        issues.push({ code: "custom", path: ["segments", index, "shared"], message, input: shared });
      }
      if (variant !== undefined && !variants.includes(variant)) {
        const message = `must be one of this flag's variants: ${variants.join(", ") || "it has none"}`;
        issues.push({ code: "custom", path: ["segments", index, "variant"], message, input: variant });
      }
    }
  });

export type Targeting = z.infer<typeof targetingSchema>;
export type TargetingConstraint = z.infer<typeof constraint>;

interface TargetingProblem {
  readonly path: PropertyKey[];
  /** A predicate, such as `must be a list`. */
  readonly message: string;
}

/** As JSON. Lists of users belong in here, tables of them do not. */
const mostCharacters = 2_000_000;

/** Reads what somebody wrote as targeting. Never throws: the problems say where and what. */
export function parseTargeting(value: unknown): {
  readonly targeting?: Targeting;
  readonly problems: TargetingProblem[];
} {
  const size = sizeOf(value);
  if (size > mostCharacters) {
    return { problems: [{ path: [], message: "must be flat and shorter than 2 MB: target by a constraint instead" }] };
  }
  const { data, error } = targetingSchema.safeParse(value);
  return data === undefined ? { problems: error.issues.map(describeIssue) } : { targeting: data, problems: [] };
}

/** Infinite for what is nested deeper than a stack. */
function sizeOf(value: unknown): number {
  try {
    return JSON.stringify(value)?.length ?? 0;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

function describeIssue(issue: z.core.$ZodIssue): TargetingProblem {
  const { path, message } = issue;
  if (issue.code === "unrecognized_keys") return { path, message: `has the unknown key ${issue.keys.join(", ")}` };
  return { path, message: message.startsWith("must") ? message : `is wrong: ${message}` };
}

function isRange(range: string): boolean {
  return addressMatcher([range])(range.split("/")[0] ?? "");
}
