/*
 * The lines of a Pulumi.<stack>.yaml that say how its secrets are encrypted. The engine writes them itself, but drops comments
 * and blank lines of the file on the way, so that we take them over into the file as it was.
 */

const names = ["encryptionsalt", "secretsprovider", "encryptedkey"] as const;
const line = new RegExp(`^(?:${names.join("|")}):[^\\n]*\\n?`, "gm");

/** The file as it was, with the encryption of the file that the engine has written. */
export function takeEncryption(before: string, written: string): string {
  const lines = (written.match(line) ?? []).map((text) => text.trimEnd());
  const kept = before.replace(line, "");
  if (lines.length === 0) return before;
  return `${kept}${kept === "" || kept.endsWith("\n") ? "" : "\n"}${lines.join("\n")}\n`;
}

/** The secrets provider that a stack's file names. */
export function namedSecretsProvider(file: string): string | undefined {
  return /^secretsprovider:[ \t]*["']?([^\s"']+)/m.exec(file)?.[1];
}
