import type { Case, Given } from "./cases.ts";

/** A case in which the policy has nothing to say. */
export function accepts(title: string, resource: Given, others: readonly Given[] = []): Case {
  return { title: `accepts ${title}`, resource, others, findings: [] };
}

/** A case in which the policy says exactly this. */
export function refuses(
  title: string,
  resource: Given,
  findings: string | readonly string[],
  others: readonly Given[] = [],
): Case {
  return {
    title: `refuses ${title}`,
    resource,
    others,
    findings: typeof findings === "string" ? [findings] : findings,
  };
}
