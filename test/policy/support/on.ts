import type { Case, Given } from "./cases.ts";

type Props = Readonly<Record<string, unknown>>;
/** Besides the properties: the stack, what else is in it, where inputs come from. */
type More = Omit<Given, "props" | "type"> & { readonly others?: readonly Given[] };

/** Cases of one type, each in a line or two. */
export function on(type: string) {
  const given = (title: string, props: Props, findings: readonly string[], { others, ...more }: More): Case => ({
    title,
    resource: { type, props, ...more },
    ...(others && { others }),
    findings,
  });
  return {
    accepts: (what: string, props: Props, more: More = {}): Case => given(`accepts ${what}`, props, [], more),
    refuses: (what: string, props: Props, findings: readonly string[], more: More = {}): Case =>
      given(`refuses ${what}`, props, findings, more),
  };
}
