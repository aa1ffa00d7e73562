import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Document } from "yaml";

/** The images that a stack runs (`slipway:initialImages`). */
const images = ["backend", "frontend", "operator"] as const;

/** A rollout in the sandbox, where nobody's requests are at stake: the canary is judged at the first look. */
const rollout = { bakeMinutes: 0, minReadySeconds: 1, patienceSeconds: 45 };

/**
 * Completes the settings of a stack on Kubernetes for the sandbox. An image is named for whatever runs and has none: without it
 * no pod would run, and the sandbox, which nobody pushes images to, would show nothing of a rollout. (On ECS the services exist
 * without a copy, and a stack is complete without images.) The zone, which somebody registered in the real account, is made by the
 * stack. Whatever the settings say themselves stays.
 * @param document a stack's file; changed in place
 * @returns whether something was missing
 */
export function completeForSandbox(root: string, document: Document): boolean {
  if (document.getIn(["config", "slipway:platform"]) !== "eks") return false;
  const wanted: (readonly [path: readonly string[], value: unknown])[] = [
    ...images.map((image) => [["slipway:initialImages", image], standInDigest(root, image)] as const),
    [["slipway:edge", "createZone"], true],
    ...Object.entries(rollout).map(([name, value]) => [["slipway:kubernetes", "rollout", name], value] as const),
  ];
  const missing = wanted.filter(([place]) => document.getIn(["config", ...place]) === undefined);
  for (const [place, value] of missing) document.setIn(["config", ...place], value);
  return missing.length > 0;
}

/** As a real image's, the digest of the operator's changes with the migrations that it carries. */
function standInDigest(root: string, image: (typeof images)[number]): string {
  const hash = createHash("sha256").update(`slipway sandbox ${image}`);
  if (image === "operator") {
    const folder = path.join(root, "migrations");
    for (const file of readdirSync(folder).sort()) hash.update(file).update(readFileSync(path.join(folder, file)));
  }
  return `sha256:${hash.digest("hex")}`;
}
