import { z } from "zod";
import { parseTargeting } from "./targeting.ts";

/**
 * The environments that a flag file speaks of. `feature` and `preProduction` may be left out: they then follow the
 * environment that they stand in for (staging and production, as `infra/environment.ts` treats them).
 */
export const flagEnvironments = ["development", "feature", "staging", "preProduction", "production"] as const;
export type FlagEnvironment = (typeof flagEnvironments)[number];

// PostgreSQL stores every character but this one, in text and in jsonb.
const withoutNul = "must not hold the character U+0000";
const noNul = (text: string) => !/\0|(?<!\\)(?:\\\\)*\\u0000/.test(text);

const rollout = z
  .int({ error: "must be a whole number of percent" })
  .min(0, "must be 0 to 100 percent")
  .max(100, "must be 0 to 100 percent");
const targeting = z.record(z.string(), z.json()).refine((value) => noNul(JSON.stringify(value)), withoutNul);

/** Checked, and kept as it was written: no default goes into the table or a preview. */
const declaredTargeting = targeting.check(({ value, issues }) => {
  for (const problem of parseTargeting(value).problems) issues.push({ code: "custom", ...problem, input: value });
});

/**
 * How a flag stands in one environment. These are the fields that an operator may change at run time; what one made of the targeting
 * is read whatever it is, so that a slip of theirs stops no `up`.
 */
export const flagStateSchema = z.strictObject({
  /** Off means off for everyone, whatever the rollout says. */
  enabled: z.boolean(),
  /** Whole percent of the users for whom the flag is on. */
  rollout,
  /** Users singled out: see `targeting.ts`. @default {} */
  targeting: targeting.default({}),
});
type FlagState = z.infer<typeof flagStateSchema>;

const declaredState = flagStateSchema.extend({ targeting: declaredTargeting.default({}) });

export const flagKeySchema = z
  .string()
  .regex(
    /^[A-Za-z][A-Za-z0-9_.-]{0,254}$/,
    "must start with a letter and hold letters, digits, _ . and - only (at most 255)",
  );

/** One flag as `delivery/flags.yaml` declares it. */
const flagDeclarationSchema = z.strictObject({
  /** What people call it. */
  name: z
    .string()
    .min(1, "must not be empty")
    .max(255, "must have at most 255 characters")
    .refine(
      (name) => !/: |\n/.test(name),
      "must be one line without ': ', which parts name and description in a preview",
    )
    .refine(noNul, withoutNul),
  /** @default "" */
  description: z.string().refine(noNul, withoutNul).default(""),
  /** False hides the flag from the application altogether. @default true */
  active: z.boolean().default(true),
  environments: z.strictObject({
    development: declaredState,
    feature: declaredState.optional(),
    staging: declaredState,
    preProduction: declaredState.optional(),
    production: declaredState,
  }),
});

export const flagFileSchema = z.strictObject({
  flags: z.record(flagKeySchema, flagDeclarationSchema),
});
export type FlagFile = z.infer<typeof flagFileSchema>;

/** What a stack may say otherwise than the flag file, for its own environment: `slipway:flags` in `Pulumi.<stack>.yaml`. */
export const flagOverridesSchema = z.record(
  flagKeySchema,
  z.strictObject({
    enabled: z.boolean().optional(),
    rollout: rollout.optional(),
    targeting: declaredTargeting.optional(),
    active: z.boolean().optional(),
  }),
);
export type FlagOverrides = z.infer<typeof flagOverridesSchema>;

/** One flag as one environment's database holds it. */
export interface Flag extends FlagState {
  readonly name: string;
  readonly description: string;
  readonly active: boolean;
}

/** A set of flags by key. */
export type FlagSet = Readonly<Record<string, Flag>>;

/** The fields that an operator may change at run time; name and description belong to the declaration alone. */
export const operatedFields = ["active", "enabled", "rollout", "targeting"] as const;
export const declaredFields = ["name", "description"] as const;
export type FlagField = (typeof operatedFields)[number] | (typeof declaredFields)[number];
export const flagFields: readonly FlagField[] = [...operatedFields, ...declaredFields];

/** A record's own value: a flag may be called `constructor`. */
export function ownValue<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** Equal as PostgreSQL's jsonb sees it: the order of keys does not count. */
export function sameValue(left: unknown, right: unknown): boolean {
  return canonicalJson(left) === canonicalJson(right);
}

/** JSON with sorted keys, so that equal values have equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner) =>
    inner !== null && typeof inner === "object" && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
