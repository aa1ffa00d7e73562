import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { checkoutRoot } from "../../sandbox/paths.ts";

/** The committed settings of a stack as the program gets them: names without namespace. A fresh copy each time, free to change. */
export function rawSettings(stack: "dev" | "staging" | "prod"): Record<string, unknown> {
  const file = parse(readFileSync(path.join(checkoutRoot, `Pulumi.${stack}.yaml`), "utf8")) as {
    config: Record<string, unknown>;
  };
  return Object.fromEntries(Object.entries(file.config).map(([key, value]) => [key.replace(/^slipway:/, ""), value]));
}

/** Sets (or, with undefined, removes) the value at a path such as `database.multiAz` or `network.zones.1`. */
export function change(raw: Record<string, unknown>, at: string, value: unknown): void {
  const keys = at.split(".");
  const last = keys.pop() ?? "";
  const holder = keys.reduce<Record<string, unknown>>((group, key) => {
    group[key] ??= {};
    return group[key] as Record<string, unknown>;
  }, raw);
  if (value === undefined) delete holder[last];
  else holder[last] = value;
}
