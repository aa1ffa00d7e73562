import { validationFailed } from "../errors.ts";

/**
 * The name of a secret or variable as GitHub keeps it: in capitals.
 * @throws GitHubError 422 for a name that GitHub does not allow
 */
export function checkEntryName(kind: "Secret" | "Variable", name: string): string {
  const wrong = (message: string) => validationFailed({ resource: kind, field: "name", code: "invalid", message });
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    throw wrong(`${kind} names have letters, digits and underscores, and do not start with a digit.`);
  }
  if (/^GITHUB_/i.test(name)) throw wrong(`${kind} names must not start with GITHUB_.`);
  return name.toUpperCase();
}
