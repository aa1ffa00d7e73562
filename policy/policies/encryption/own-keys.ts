/** Whether a property names a key of one's own, and not one that AWS manages for all that a service holds. */
export function isOwnKey(key: unknown): boolean {
  return typeof key === "string" && key !== "" && !key.includes("alias/aws/");
}

/** The finding of whatever has none. */
export const withKeyOfAws = (what: string) => `encrypts ${what} with a key that is not its own.`;
