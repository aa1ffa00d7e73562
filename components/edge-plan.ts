import type { Settings } from "../infra/settings.ts";

/* What the internet is told of the stack's hosts, and what is kept from them. Pure. */

export type EdgeSettings = NonNullable<Settings["edge"]>;

/** A certificate for all hosts at once. */
export interface PlannedCertificate {
  readonly domainName: string;
  readonly subjectAlternativeNames: readonly string[];
  /**
   * The domains that prove themselves by a record, each once: a wildcard and its own domain share theirs. The name of the
   * record's resource follows from the domain alone, so that one more host touches no other record.
   */
  readonly validations: readonly { readonly part: string; readonly domain: string }[];
}

/** All hosts of the application, each once, the web application's first. */
export function hostsOf({ hosts }: EdgeSettings): readonly string[] {
  return [...new Set([hosts.frontend, hosts.backend].filter((host) => host !== undefined))];
}

/** @param names host names and wildcards, one at least; the first is the certificate's own name. */
export function planCertificate(names: readonly [string, ...string[]]): PlannedCertificate {
  const [domainName, ...others] = [...new Set(names)] as [string, ...string[]];
  const domains = [...new Set([domainName, ...others].map(provingDomain))];
  return {
    domainName,
    subjectAlternativeNames: others,
    validations: domains.map((domain) => ({ part: `validation-${resourceName(domain)}`, domain })),
  };
}

/** What ACM calls `*.example.com` and `example.com` when it asks for proof: the same record proves both. */
export const provingDomain = (name: string): string => name.replace(/^\*\./, "");

/** A domain as a part of a resource's name. */
export const resourceName = (domain: string): string => domain.replaceAll(".", "-");

/**
 * Where to write that only Amazon may issue certificates (CAA). A record binds all names below it, so in a zone that is not the
 * stack's own it stands at the hosts only, and never at the zone's top.
 */
export function planIssuers(settings: EdgeSettings): readonly string[] {
  if (settings.createZone) return [settings.zone];
  return hostsOf(settings).filter((host) => host !== settings.zone);
}

/** Source: ACM user guide, "(Optional) Configure a CAA record". The second line forbids wildcards, which nobody here asks for. */
export const issuerRecords: readonly string[] = ['0 issue "amazon.com"', '0 issuewild ";"'];

/** One rule of the firewall: AWS's own, or a limit on what one address may ask for. */
export type PlannedGuard =
  | { readonly name: string; readonly priority: number; readonly managed: string }
  | { readonly name: string; readonly priority: number; readonly requestsIn5Minutes: number };

/**
 * The firewall's rules, the cheapest judgement first. The priorities leave room, so that another rule renumbers none.
 * About 10 USD a month: 5 for the list, 1 a rule, 0.60 a million requests.
 */
export const guards: readonly PlannedGuard[] = [
  { name: "bad-addresses", priority: 10, managed: "AWSManagedRulesAmazonIpReputationList" },
  { name: "floods", priority: 20, requestsIn5Minutes: 2000 },
  { name: "bad-inputs", priority: 30, managed: "AWSManagedRulesKnownBadInputsRuleSet" },
  { name: "common", priority: 40, managed: "AWSManagedRulesCommonRuleSet" },
];

/** What the firewall's log must not hold: the keys to people's sessions. */
export const secretHeaders: readonly string[] = ["authorization", "cookie"];
