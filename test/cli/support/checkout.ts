import { cpSync, existsSync, readdirSync, symlinkSync } from "node:fs";
import path from "node:path";
import { checkoutRoot } from "../../../sandbox/paths.ts";
import { type Outcome, run } from "./run.ts";
import { temporaryFolder } from "./temporary.ts";

/** A copy of what the command line is made of, with home and cache folders of its own that are empty. */
export class CommandCheckout {
  readonly root: string;
  readonly home: string;
  /** The machine's cache folder; it does not exist until something is fetched or built. */
  readonly cache: string;

  constructor() {
    const folder = temporaryFolder("slipway-cli-");
    this.root = path.join(folder, "checkout");
    this.home = path.join(folder, "home");
    this.cache = path.join(folder, "cache");
    const files = readdirSync(checkoutRoot).filter((name) => /^Pulumi\.|^package\.json$|^slipway$/.test(name));
    for (const name of [...files, "components", "delivery", "infra", "policy", "sandbox"]) {
      cpSync(path.join(checkoutRoot, name), path.join(this.root, name), { recursive: true });
    }
    symlinkSync(path.join(checkoutRoot, "node_modules"), path.join(this.root, "node_modules"));
  }

  /** Runs the command line as the launcher does, with next to no environment and no terminal. */
  command(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
    return run(process.execPath, ["--disable-warning=ExperimentalWarning", "delivery/cli/main.ts", ...args], {
      cwd: this.root,
      env: { PATH: "/usr/bin:/bin", HOME: this.home, SLIPWAY_CACHE: this.cache, ...env },
    });
  }

  /** Whether nothing has been fetched, built, linked or started. */
  isUntouched(): boolean {
    return ![this.cache, this.home, path.join(this.root, ".slipway")].some((folder) => existsSync(folder));
  }
}
