import { UnknownValueError } from "@pulumi/policy";
import type { Rule } from "../rule.ts";

/** Formats that are secrets wherever they stand. */
const formats: ReadonlyArray<readonly [kind: string, pattern: RegExp]> = [
  ["an AWS access key", /\b(AKIA|ASIA)[A-Z0-9]{16}\b/],
  ["a GitHub token", /\b(gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})/],
  ["a Pulumi access token", /\bpul-[0-9a-f]{40}\b/],
  ["a Slack token", /\bxox[abeoprs]-[A-Za-z0-9-]{10,}/],
  ["a Slack webhook address", /hooks\.slack\.com\/services\/[A-Za-z0-9/]{20,}/],
  ["a payment key", /\b[rs]k_live_[A-Za-z0-9]{16,}/],
  ["a private key", /-----BEGIN [A-Z ]*PRIVATE KEY-----/],
  ["a signed token", /\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\./],
  ["an address with a password", /\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*:[^\s:/@]+@/i],
];

/** Properties that hold a secret by their name; those that hold a reference to one (an ARN, an id) do not match. */
const secretName =
  /(^|[a-z_])(passwords?|passphrase|secret(_?(key|string|value))?|token|api_?key|private_?key|access_?key)$/i;

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
    const format = formats.find(([, pattern]) => pattern.test(value));
    if (format) return [{ path, kind: format[0] }];
    const named = secretName.test(name) && value !== "" && !value.startsWith("arn:");
    return named ? [{ path, kind: "a secret, by its name," }] : [];
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

export const plainSecrets: Rule = {
  name: "plain-secrets",
  title: "No secrets in inputs",
  severity: "critical",
  description: "No input of any resource is a key, token, password or private key.",
  rationale:
    "Inputs are kept in the state file and shown in previews and logs; encryption there protects them from few.",
  remediation:
    "Revoke it, keep the new one in a secret store, and give the resource its ARN or let it read the process environment.",
  controls: [
    { framework: "SOC 2", version: "2017", id: "CC6.1" },
    { framework: "ISO 27001", version: "2022", id: "A.8.24" },
  ],
  appliesTo: "every resource",
  judge: ({ props }) => find(props, "", "").map(({ path, kind }) => `has ${kind} in its input ${path}.`),
};
