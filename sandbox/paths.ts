import { homedir } from "node:os";
import path from "node:path";

/** The folder that holds Pulumi.yaml: everything of one checkout is found from here. */
export const checkoutRoot = path.resolve(import.meta.dirname, "..");

/** Where a checkout keeps its local state, secrets and logs (git-ignored). */
export function stateDirectory(root: string = checkoutRoot): string {
  return path.join(root, ".slipway");
}

/**
 * Where a machine keeps what is fetched or built once for all checkouts.
 * `SLIPWAY_CACHE`, else the platform's cache folder (XDG Base Directory on Linux, ~/Library/Caches on macOS).
 */
export function cacheDirectory(env: NodeJS.ProcessEnv = process.env): string {
  if (env.SLIPWAY_CACHE) return path.resolve(env.SLIPWAY_CACHE);
  if (process.platform === "darwin") return path.join(homedir(), "Library", "Caches", "slipway");
  return path.join(env.XDG_CACHE_HOME || path.join(homedir(), ".cache"), "slipway");
}
