import { hash, randomUUID } from "node:crypto";
import type { CompiledFlag } from "./evaluation/compiled-flag.ts";
import { type CompiledFlags, compileFlags } from "./evaluation/compiled-flags.ts";
import { slipway } from "./evaluation/semantics.ts";
import { canonicalJson } from "./flag.ts";
import type { Targeting } from "./targeting.ts";
import { type Feature, type StoredFlag, toFeature } from "./translate.ts";

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

/**
 * @param before the snapshot until now: of a thousand flags one changes, and the others need not be read and compiled again.
 */
export function takeSnapshot(flags: Readonly<Record<string, StoredFlag>>, before?: Snapshot): Snapshot {
  const digests = new Map(Object.entries(flags).map(([key, flag]) => [key, digestOf(flag)]));
  const ready = new Map<string, CompiledFlag>();
  const metadata = new Map<string, NonNullable<Targeting["metadata"]>>();
  const organizationFlags = new Set<string>();
  const features: Feature[] = [];
  for (const [key, flag] of Object.entries(flags)) {
    const same = before?.digests.get(key) === digests.get(key) ? before?.flags.get(key) : undefined;
    if (before !== undefined && same !== undefined && same.problem === undefined && same.prerequisites.length === 0) {
      ready.set(key, same);
      features.push({ name: key, enabled: same.enabled, metadata: before.metadata.get(key) });
      if (before.organizationFlags.has(key)) organizationFlags.add(key);
    } else {
      const feature = toFeature(key, flag);
      features.push(feature);
      if (feature.variants?.[0]?.stickiness === "organizationId") organizationFlags.add(key);
    }
  }
  for (const feature of features) if (feature.metadata !== undefined) metadata.set(feature.name, feature.metadata);
  return { flags: compileFlags({ features }, slipway, ready), metadata, organizationFlags, digests };
}

/** The flags that differ, were added or went away. */
export function changedKeys(before: Snapshot | undefined, after: Snapshot): string[] {
  const keys = new Set([...(before?.digests.keys() ?? []), ...after.digests.keys()]);
  return [...keys].filter((key) => before?.digests.get(key) !== after.digests.get(key));
}

/** Of a flag that is the very object of an earlier snapshot it is known. */
const known = new WeakMap<StoredFlag, string>();

/** One that nothing else has for what is nested so deep that it cannot be written down. */
function digestOf(flag: StoredFlag): string {
  const digest = known.get(flag) ?? makeDigest(flag);
  known.set(flag, digest);
  return digest;
}

function makeDigest(flag: StoredFlag): string {
  try {
    return hash("sha1", canonicalJson(flag), "base64");
  } catch {
    return randomUUID();
  }
}
