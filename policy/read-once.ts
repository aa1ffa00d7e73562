import { createRequire } from "node:module";

interface Deserializer {
  deserializeProperties: (properties: object, proxySecrets: boolean) => unknown;
}

/**
 * Lets the policy SDK (1.21) make plain objects of a resource's properties once. It does so anew for every policy, which for two hundred
 * policies is most of the time that they take; ours change nothing of what they are shown. What it shows remediations, which may, and with secrets marked, is read anew.
 */
export function readPropertiesOnce(): void {
  const sdk = createRequire(import.meta.url)("@pulumi/policy/deserialize.js") as Deserializer;
  const read = sdk.deserializeProperties;
  // An SDK that has none of that name reads as it likes.
  if (typeof read !== "function") return;
  const known = new WeakMap<object, unknown>();
  sdk.deserializeProperties = (properties, proxySecrets) => {
    if (proxySecrets) return read(properties, true);
    if (!known.has(properties)) known.set(properties, read(properties, false));
    return known.get(properties);
  };
}
