import { createHash } from "node:crypto";
import { platform } from "node:os";

/** How many servers of a kind can have an address of their own at once. */
const count = 60;

/**
 * Loopback addresses for the servers of a checkout. On Linux all of 127.0.0.0/8 is this machine, so that each database can have
 * the service's own port as in AWS, at an address of its own; which ones follows from the checkout, so that two seldom meet.
 * Elsewhere there are none but 127.0.0.1, and servers differ by their port.
 *
 * @param checkout the layout's id, hexadecimal
 */
export function serverAddresses(checkout: string): string[] {
  if (platform() !== "linux") return [];
  const [first = 0, second = 0] = createHash("sha256").update(checkout).digest();
  // From 127.64: lower ones are taken by resolvers (127.0.0.53) and distributions (127.0.1.1).
  return Array.from({ length: count }, (_, index) => `127.${64 + (first % 128)}.${second}.${index + 1}`);
}
