import { z } from "zod";
import { parseCidr } from "../cidr.ts";

/*
 * The kinds of value that settings are made of. Each error text names what is expected and completes the sentence "... is X, not ...".
 */

/** A text with a fixed form; `expected` completes "is ..., not ...". */
export const text = (pattern: RegExp, expected: string) => z.string(expected).regex(pattern, expected);

/** A whole number between two bounds, both inclusive. */
export const whole = (minimum: number, maximum: number) => {
  const expected = `a whole number from ${minimum} to ${maximum}`;
  return z.int(expected).min(minimum, expected).max(maximum, expected);
};

/** A switch. */
export const flag = (description: string) => z.boolean("true or false").meta({ description });

/** A name as it stands in addresses. */
export const slug = (expected: string) =>
  text(/^[a-z0-9]+(-[a-z0-9]+)*$/, expected).max(63, `${expected} of at most 63 characters`);

/** An IPv4 range. */
export const cidr = z
  .string("an IPv4 CIDR block such as 10.1.0.0/16")
  .refine((value) => parseCidr(value) !== undefined, "an IPv4 CIDR block such as 10.1.0.0/16");

/** A fully qualified host name, lower case. */
export const hostName = text(
  /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/,
  "a host name such as staging.teamflow.app",
);

/** An AWS region. */
export const region = text(/^[a-z]{2}(-[a-z]+)+-[0-9]$/, "an AWS region such as us-west-2");
