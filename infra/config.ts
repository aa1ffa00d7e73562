import * as pulumi from "@pulumi/pulumi";
import type { RawSettings } from "./settings.ts";

/** A stack's configuration as it comes from the engine. */
export interface StackConfig {
  readonly raw: RawSettings;
  /** Names of the values that are encrypted in the stack's file. */
  readonly encrypted: readonly string[];
}

const namespace = "slipway:";

/** Reads everything below `slipway:` from the running program's configuration. */
export function readConfig(): StackConfig {
  const all = pulumi.runtime.allConfig();
  const names = Object.keys(all).filter((key) => key.startsWith(namespace));
  return {
    raw: Object.fromEntries(names.map((key) => [key.slice(namespace.length), structured(all[key])])),
    encrypted: names.filter((key) => encryptedKeys().includes(key)).map((key) => key.slice(namespace.length)),
  };
}

/** The engine hands over lists and groups as JSON, everything else as text: a switch too. */
function structured(value: string | undefined): unknown {
  if (value === "true" || value === "false") return value === "true";
  if (value === undefined || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** The engine names the encrypted keys to the program's process in this variable; the SDK has no public function for it. */
function encryptedKeys(): readonly unknown[] {
  const keys = structured(process.env.PULUMI_CONFIG_SECRET_KEYS);
  return Array.isArray(keys) ? keys : [];
}
