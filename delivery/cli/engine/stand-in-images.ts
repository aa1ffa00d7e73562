import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Document } from "yaml";

/** The images that a stack runs (`slipway:images`). */
const images = ["backend", "frontend", "operator"] as const;

/**
 * Names an image for whatever a stack on Kubernetes runs and its settings name none for: without one no pod would run, and the
 * sandbox, which nobody pushes images to, would show nothing of a rollout. On ECS the services exist without a copy, and a stack
 * is complete without images.
 * @param document a stack's file; changed in place
 * @returns the images that were named so
 */
export function nameStandIns(root: string, document: Document): string[] {
  if (document.getIn(["config", "slipway:platform"]) !== "eks") return [];
  const missing = images.filter((image) => document.getIn(["config", "slipway:images", image]) === undefined);
  for (const image of missing) document.setIn(["config", "slipway:images", image], standInDigest(root, image));
  return missing;
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
