import { UnknownValueError } from "@pulumi/policy";
import type { ResourceRule } from "../../rule.ts";
import { secretKind } from "../../secret-formats.ts";

interface Finding {
  readonly path: string;
  readonly kind: string;
}

/**
 * Walks all that is known of a value. What is not known yet is passed over: the engine judges the resource again, with every value,
 * before it builds it.
 */
function find(value: unknown, path: string, name: string): Finding[] {
  if (typeof value === "string") {
    const kind = secretKind(name, value);
    return kind === undefined ? [] : [{ path, kind }];
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.keys(value).flatMap((key) => {
    const inner = known(() => (value as Record<string, unknown>)[key]);
    const isIndex = Array.isArray(value);
    return find(inner, isIndex ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`, isIndex ? name : key);
  });
}

function known(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    if (error instanceof UnknownValueError) return undefined;
    throw error;
  }
}

export const plainSecrets: ResourceRule = {
  name: "plain-secrets",
  title: "No secrets in inputs",
  severity: "critical",
  category: "secrets",
  description: "No input of any resource is a key, token, password or private key.",
  rationale:
    "Inputs are kept in the state file and shown in previews and logs; encryption there protects them from few.",
  remediation:
    "Revoke it, keep the new one in a secret store, and give the resource its ARN or let it read the process environment.",
  controls: ["SOC2 CC6.1", "ISO27001 A.5.17", "NIST IA-5(7)", "GDPR 32(1)(b)"],
  appliesTo: "every resource",
  judge: ({ props }) => find(props, "", "").map(({ path, kind }) => `has ${kind} in its input ${path}.`),
};
