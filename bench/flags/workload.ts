import type { TargetingConstraint } from "../../delivery/flags/targeting.ts";
import type { StoredFlag } from "../../delivery/flags/translate.ts";

/** One user, in the words that each library has for it: all keys are there, so that nobody pays for a translation. */
export type BenchContext = {
  readonly userId: string;
  readonly targetingKey: string;
  readonly id: string;
  readonly plan: string;
  readonly country: string;
  readonly appVersion: string;
};

/** What a flag is like, of which each library gets its own form. */
export interface Shape {
  readonly what: string;
  readonly enabled: boolean;
  readonly rollout: number;
  /** Who is on; all must hold. */
  readonly constraints: readonly TargetingConstraint[];
  readonly variants?: readonly { readonly name: string; readonly weight: number }[];
}

const everyone = { enabled: true, rollout: 100, constraints: [] };
const users = (count: number) => Array.from({ length: count }, (_, index) => userId(index * 7));

export const shapes: readonly Shape[] = [
  { ...everyone, what: "boolean, off", enabled: false },
  { ...everyone, what: "boolean, on" },
  { ...everyone, what: "rollout 50 %", rollout: 50 },
  { ...everyone, what: "one of 50 users", constraints: [{ contextName: "userId", operator: "IN", values: users(50) }] },
  {
    ...everyone,
    what: "one of 1,000 users",
    constraints: [{ contextName: "userId", operator: "IN", values: users(1_000) }],
  },
  {
    ...everyone,
    what: "plan and country, rollout 50 %",
    rollout: 50,
    constraints: [
      { contextName: "plan", operator: "IN", values: ["team", "enterprise"] },
      { contextName: "country", operator: "NOT_IN", values: ["FR", "DE", "IT"] },
    ],
  },
  {
    ...everyone,
    what: "version at least 2.3.0",
    constraints: [{ contextName: "appVersion", operator: "SEMVER_GTE", value: "2.3.0" }],
  },
  {
    ...everyone,
    what: "three variants",
    variants: [
      { name: "red", weight: 50 },
      { name: "green", weight: 30 },
      { name: "blue", weight: 20 },
    ],
  },
];

/** So many flags of a shape, each with a key of its own. */
export function keysOf(shape: Shape, count: number): string[] {
  const name = shape.what.replace(/[^a-z0-9]+/gi, "-");
  return Array.from({ length: count }, (_, index) => `${name}-${index}`);
}

/** As {@link shapes}, with lists as long as people write them: 1,000 users in every eighth flag would be all that a sum shows. */
export const handwrittenShapes: readonly Shape[] = shapes.map((shape) =>
  shape.what === "one of 1,000 users" ? { ...everyone, what: shape.what, rollout: 10 } : shape,
);

export function storedFlag({ enabled, rollout, constraints, variants }: Shape): StoredFlag {
  return {
    enabled,
    rollout,
    targeting: { ...(constraints.length > 0 && { constraints }), ...(variants && { variants }) },
  };
}

/** Through JSON, since text that a program has put together is slower to read than text that came in a request. */
export const contexts: readonly BenchContext[] = JSON.parse(
  JSON.stringify(
    Array.from(
      { length: 1024 },
      (_, index): BenchContext => ({
        userId: userId(index),
        targetingKey: userId(index),
        id: userId(index),
        plan: ["free", "team", "enterprise"][index % 3] as string,
        country: ["US", "FR", "BR", "DE", "IN"][index % 5] as string,
        appVersion: `${1 + (index % 3)}.${index % 7}.${index % 11}`,
      }),
    ),
  ),
);

/** 36 characters, as ids are. */
function userId(index: number): string {
  return `${((index * 2654435761) >>> 0).toString(16).padStart(8, "0")}-1f4e-4c2b-9d3a-${index.toString(16).padStart(12, "0")}`;
}
