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

/** What kind of secret a text holds, by its format; undefined where it holds none. */
export function secretFormat(text: string): string | undefined {
  return formats.find(([, pattern]) => pattern.test(text))?.[0];
}

/** Properties that hold a secret by their name; those that hold a reference to one (an ARN, an id) do not match. */
const secretName =
  /(^|[a-z_])(passwords?|passphrase|secret(_?(key|string|value))?|token|api_?key|private_?key|access_?key)$/i;

/** Tokens by which AWS tells a request that is repeated from a new one. */
const requestToken = /^(creation|client(request)?|idempotency)token$/i;

/** Whether a property of this name holds a secret. */
export function isSecretName(name: string): boolean {
  return secretName.test(name) && !requestToken.test(name);
}

/** What kind of secret a named value is: by its format, else by its name, unless it is the reference to one. */
export function secretKind(name: string, value: string): string | undefined {
  const format = secretFormat(value);
  if (format !== undefined || value === "" || value.startsWith("arn:")) return format;
  return isSecretName(name) ? "a secret, by its name," : undefined;
}
