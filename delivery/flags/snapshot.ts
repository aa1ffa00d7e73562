import { hash, randomUUID } from "node:crypto";
import { type CompiledFlags, compileFlags } from "./evaluation/compiled-flags.ts";
import { canonicalJson } from "./flag.ts";
import type { Targeting } from "./targeting.ts";
import { type StoredFlag, toFeature } from "./translate.ts";

/** All flags of one environment at one moment. It never changes. */
export interface Snapshot {
  readonly flags: CompiledFlags;
  /** What the application is told beside a value, by flag, where there is such. */
  readonly metadata: ReadonlyMap<string, NonNullable<Targeting["metadata"]>>;
  /** The flags whose variants stick to organizations. */
  readonly organizationFlags: ReadonlySet<string>;
  /** A digest of each flag, to find out which ones another snapshot changes. */
  readonly digests: ReadonlyMap<string, string>;
}

export function takeSnapshot(flags: Readonly<Record<string, StoredFlag>>): Snapshot {
  const entries = Object.entries(flags);
  const features = entries.map(([key, flag]) => toFeature(key, flag));
  return {
    flags: compileFlags({ features }),
    metadata: new Map(features.flatMap(({ name, metadata }) => (metadata === undefined ? [] : [[name, metadata]]))),
    organizationFlags: new Set(
      features.flatMap(({ name, variants }) => (variants?.[0]?.stickiness === "organizationId" ? [name] : [])),
    ),
    digests: new Map(entries.map(([key, flag]) => [key, digestOf(flag)])),
  };
}

/** The flags that differ, were added or went away. */
export function changedKeys(before: Snapshot | undefined, after: Snapshot): string[] {
  const keys = new Set([...(before?.digests.keys() ?? []), ...after.digests.keys()]);
  return [...keys].filter((key) => before?.digests.get(key) !== after.digests.get(key));
}

/** One that nothing else has for what is nested so deep that it cannot be written down. */
function digestOf(flag: StoredFlag): string {
  try {
    return hash("sha1", canonicalJson(flag), "base64");
  } catch {
    return randomUUID();
  }
}
