import { text } from "../../delivery/evidence/markdown.ts";
import type { ControlId } from "../frameworks/index.ts";
import type { Report } from "./model.ts";
import { uuidOf } from "./uuid.ts";

/** Namespace of the properties that are ours. */
const ns = "https://slipway.dev/ns/oscal";

/** A property of ours. OSCAL takes one line without white space around it. */
export function prop(name: string, value: string | number, more: Readonly<Record<string, string>> = {}): object {
  return { name, ns, value: String(value).replace(/\s+/g, " ").trim() || "-", ...more };
}

/** Text for a field that is Markdown. */
export const markup = text;

/**
 * A control's id as OSCAL takes one, a token: `SOC2 CC6.1` is `soc2_cc6.1`; brackets become dots, as in NIST's own catalogue, where
 * AC-2(1) is ac-2.1.
 */
export function tokenOf(control: ControlId): string {
  return control.toLowerCase().replaceAll("(", ".").replaceAll(")", "").replace(/\s/g, "_");
}

/** Identifiers of one stack's result: others for another state, pack or time. */
export function identify(report: Report, ...parts: readonly string[]): string {
  const { digest, judgedAt, pack, stack } = report;
  return uuidOf("oscal", stack, digest, pack, judgedAt, ...parts);
}

/** A resource keeps its identifier from result to result. */
export function itemId(urn: string): string {
  return uuidOf("oscal", "inventory-item", urn);
}

/** The program that judges. */
export const toolId = uuidOf("oscal", "tool");

/** Who made an observation or saw a risk. */
export const origins = [{ actors: [{ type: "tool", "actor-uuid": toolId }] }] as const;

/** A list as a property of an object; OSCAL has no empty lists. */
export function listed(name: string, list: readonly object[]): Readonly<Record<string, readonly object[]>> {
  return list.length > 0 ? { [name]: list } : {};
}
