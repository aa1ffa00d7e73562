/**
 * Finds what must never stand in a settings file: keys, tokens and passwords in plain text. Known token formats are recognised
 * by their value, everything else by the name of the setting that holds it.
 */

/** Token formats that are recognised wherever they stand. The name is for the message; the value is never shown. */
const secretFormats: ReadonlyArray<{ readonly name: string; readonly pattern: RegExp }> = [
  { name: "an AWS access key", pattern: /\b(AKIA|ASIA)[A-Z0-9]{16}\b/ },
  { name: "a GitHub token", pattern: /\b(gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})/ },
  { name: "a Pulumi access token", pattern: /\bpul-[0-9a-f]{40}\b/ },
  { name: "a Slack token", pattern: /\bxox[abeoprs]-[A-Za-z0-9-]{10,}/ },
  { name: "a Slack webhook address", pattern: /hooks\.slack\.com\/services\/[A-Za-z0-9/]{20,}/ },
  { name: "a payment key", pattern: /\b[rs]k_live_[A-Za-z0-9]{16,}/ },
  { name: "a private key", pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----/ },
  { name: "a signed token (JWT)", pattern: /\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\./ },
  { name: "an address with a password in it", pattern: /\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*:[^\s:/@]+@/i },
];

/** Names of settings that hold secrets: `password`, `dbPassword`, `SECRET_KEY`, `apiToken`, `privateKey`. */
const secretName = /(passw(or)?d|passphrase|secret|token|(api|private|access|secret)[-_]?key|credentials?)$/i;

/** A secret in the settings, by the place where it stands. */
export interface FoundSecret {
  readonly path: readonly (string | number)[];
  /** What it looks like, a noun phrase. */
  readonly kind: string;
}

/**
 * Splits a value that came from JSON into the secrets in it and the value without them, so that whatever checks the rest cannot
 * repeat a secret in a message. A key of an object that is itself a secret is named by its kind in the path.
 */
export function separateSecrets(
  value: unknown,
  path: readonly (string | number)[] = [],
): { readonly secrets: FoundSecret[]; readonly rest: unknown } {
  if (Array.isArray(value)) {
    const items = value.map((item, index) => separateSecrets(item, [...path, index]));
    return { secrets: items.flatMap((item) => item.secrets), rest: items.map((item) => item.rest) };
  }
  if (typeof value === "object" && value !== null) {
    const secrets: FoundSecret[] = [];
    const kept: [string, unknown][] = [];
    for (const [key, item] of Object.entries(value)) {
      const keyKind = knownFormat(key);
      const inner = separateSecrets(item, [...path, keyKind === undefined ? key : `(${keyKind})`]);
      secrets.push(...(keyKind === undefined ? inner.secrets : [{ path: [...path, `(${keyKind})`], kind: keyKind }]));
      if (keyKind === undefined && inner.rest !== undefined) kept.push([key, inner.rest]);
    }
    return { secrets, rest: Object.fromEntries(kept) };
  }
  const name = path.findLast((key) => typeof key === "string");
  const kind = secretKind(name === undefined ? "" : String(name), value);
  return kind === undefined ? { secrets: [], rest: value } : { secrets: [{ path, kind }], rest: undefined };
}

/** A text with every token that is recognised by its format struck out. */
export function withoutSecrets(text: string): string {
  return secretFormats.reduce(
    (rest, { name, pattern }) => rest.replaceAll(new RegExp(pattern.source, `${pattern.flags}g`), `(${name})`),
    text,
  );
}

/** What kind of secret a value looks like; undefined when it looks harmless, as an ARN does. */
function secretKind(name: string, value: unknown): string | undefined {
  if (typeof value !== "string" || value === "") return undefined;
  const format = knownFormat(value);
  if (format !== undefined) return format;
  return secretName.test(name) && !value.startsWith("arn:") ? "a secret in plain text" : undefined;
}

function knownFormat(text: string): string | undefined {
  return secretFormats.find(({ pattern }) => pattern.test(text))?.name;
}
