import { createRequire } from "node:module";

/**
 * The policy SDK's own guard of values that are not known yet, without the rest of it: what judges files has no engine to speak with,
 * and starts in a fraction of the time. Its declarations leave this module out.
 */
const proxy = createRequire(import.meta.url)("@pulumi/policy/proxy.js") as {
  readonly UnknownValueError: new (path: string) => Error;
  readonly unknownCheckingProxy: (properties: Record<string, unknown>) => Record<string, unknown>;
  readonly unknownStringValue: string;
};

/** What reading a value throws that is not known yet. */
export const UnknownValueError = proxy.UnknownValueError;

/** What the engine sends for a text that is not known yet. */
export const unknownText = proxy.unknownStringValue;

/** Properties of which those throw an {@link UnknownValueError} when they are read that are not known yet. */
export const guarded = proxy.unknownCheckingProxy;
