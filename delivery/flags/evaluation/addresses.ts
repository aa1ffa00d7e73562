import { BlockList, isIP } from "node:net";

/** Tells whether an IP address lies in one of the ranges (`10.0.0.0/8`, `2001:db8::/32`, or a single address). What is no range is left out. */
export function addressMatcher(ranges: readonly string[]): (address: string) => boolean {
  const lists = { ipv4: new BlockList(), ipv6: new BlockList() };
  for (const range of ranges) {
    const [network = "", prefix, ...rest] = range.split("/");
    const family = familyOf(network);
    if (family === undefined || rest.length > 0) continue;
    const bits = family === "ipv4" ? 32 : 128;
    const length = prefix === undefined ? bits : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN;
    if (length <= bits) lists[family].addSubnet(network, length, family);
  }
  return (address) => {
    const family = familyOf(address);
    return family !== undefined && lists[family].check(address, family);
  };
}

function familyOf(address: string): "ipv4" | "ipv6" | undefined {
  const version = isIP(address);
  return version === 4 ? "ipv4" : version === 6 ? "ipv6" : undefined;
}
