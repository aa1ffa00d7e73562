import type { Severity } from "@pulumi/policy";
import { text as markdownText } from "../../delivery/evidence/markdown.ts";
import type { ControlId } from "../frameworks/index.ts";
import type { Report, ReportedPolicy } from "./model.ts";
import { uuidOf } from "./uuid.ts";
import { controlsOf, numberOf } from "./view.ts";

/** A framework as far as policies cite it. */
export interface Taxonomy {
  readonly name: string;
  readonly guid: string;
  /** Place in the run's taxonomies. */
  readonly index: number;
  /** A control's id and place in the taxonomy. */
  readonly taxa: ReadonlyMap<ControlId, { readonly id: string; readonly index: number }>;
  /** The toolComponent object of it. */
  readonly component: object;
}

/** What GitHub calls critical (over 9.0), high (7.0 to 8.9), medium (4.0 to 6.9) and low. */
const securitySeverities: Readonly<Record<Severity, string>> = {
  critical: "9.5",
  high: "8.0",
  medium: "5.5",
  low: "2.0",
};

/** GitHub refuses a file with a rule of more. */
const mostTags = 20;

/** How grave a finding is: `note`, `warning` or `error`; one step less where the policy only advises. */
export function levelOf({ enforcement, severity }: Pick<ReportedPolicy, "enforcement" | "severity">): string {
  const grave = { critical: 2, high: 2, medium: 1, low: 0 }[severity] - (enforcement === "advisory" ? 1 : 0);
  return ["note", "warning", "error"][Math.max(0, grave)] ?? "note";
}

/** The reportingDescriptor object of a policy. */
export function ruleOf(policy: ReportedPolicy, taxonomies: readonly Taxonomy[]): object {
  const { category, controls, description, enforcement, name, rationale, remediation, severity, title } = policy;
  const help = [
    ["", description],
    ["Why: ", rationale],
    ["Remedy: ", remediation],
    ["Controls: ", controls.join(", ")],
  ] as const;
  const markdown = help.map(([label, said]) => `${label && `**${label.trim()}** `}${markdownText(said)}`);
  // What costs too much is no gap that somebody could come in by; with a score GitHub would show it as one.
  const security = category !== "cost";
  return {
    id: name,
    name: name.replace(/(?:^|-)([a-z0-9])/g, (_, first: string) => first.toUpperCase()),
    shortDescription: { text: message(title) },
    fullDescription: { text: message(description) },
    help: {
      text: message(help.map(([label, said]) => `${label}${said}`).join("\n\n")),
      markdown: message(markdown.join("\n\n")),
    },
    defaultConfiguration: { level: levelOf(policy) },
    relationships: taxonomies.flatMap(({ guid, index, name: framework, taxa }) =>
      controls.flatMap((control) => {
        const taxon = taxa.get(control);
        return taxon
          ? [{ target: { ...taxon, toolComponent: { name: framework, index, guid } }, kinds: ["relevant"] }]
          : [];
      }),
    ),
    properties: {
      tags: [...(security ? ["security"] : []), category, ...controls].slice(0, mostTags),
      precision: "very-high",
      ...(security && { "security-severity": securitySeverities[severity] }),
      "problem.severity": { error: "error", warning: "warning" }[levelOf(policy)] ?? "recommendation",
      enforcement,
    },
  };
}

/** The frameworks that policies cite, each with the controls that they cite. */
export function taxonomiesOf(report: Report): readonly Taxonomy[] {
  return report.frameworks
    .flatMap(({ key, name, reference, version }) => {
      const controls = controlsOf(report, key).filter(({ policies }) => policies.length > 0);
      if (controls.length === 0) return [];
      const guid = uuidOf("taxonomy", key, version);
      const numbers = controls.map((control) => ({ id: numberOf(control), title: control.title, control: control.id }));
      const component = {
        name: key,
        fullName: `${name} (${version})`,
        guid,
        version,
        informationUri: reference,
        shortDescription: { text: message(`${name}, the controls that policies are evidence for, in our own words.`) },
        isComprehensive: false,
        taxa: numbers.map(({ id, title }) => ({
          id,
          guid: uuidOf("taxon", key, id),
          shortDescription: { text: message(title) },
        })),
      };
      const taxa = new Map(numbers.map(({ control, id }, index) => [control, { id, index }]));
      return [{ name: key, guid, taxa, component }];
    })
    .map((taxonomy, index) => ({ ...taxonomy, index }));
}

/** Text as a message: braces, which would be placeholders, are doubled (SARIF 2.1.0, section 3.11.5). */
export function message(text: string): string {
  return text.replace(/[{}]/g, "$&$&");
}
