import { type Client, OpenFeature } from "@openfeature/server-sdk";
import type { FlagEnvironment } from "../../../../delivery/flags/flag.ts";
import {
  type FlagSource,
  LiveFlags,
  SlipwayProvider,
  type SourceReports,
  type StoredFlag,
} from "../../../../delivery/flags/index.ts";

type Json = string | number | boolean | null | { readonly [key: string]: Json };

/** A flag whose variants have these values; the first is everyone's, unless the segment says otherwise. */
function flag(values: Readonly<Record<string, Json>>, more: Readonly<Record<string, unknown>> = {}): StoredFlag {
  const variants = Object.entries(values).map(([name, value], index) => ({ name, value, weight: index === 0 ? 1 : 0 }));
  return { enabled: true, rollout: 100, targeting: { variants, ...more } };
}

const off = (values: Readonly<Record<string, Json>>): StoredFlag => ({ ...flag(values), enabled: false });
const ballmer = { contextName: "email", operator: "IN", values: ["ballmer@macrosoft.com"] };
const targeted = (values: Readonly<Record<string, Json>>) =>
  flag(values, { segments: [{ name: "macrosoft", constraints: [ballmer], variant: Object.keys(values)[0] }] });
export const template = { showImages: true, title: "Check out these pics!", imagesPerPage: 100 };

/** OpenFeature's test-flags.json in our words. */
export const testFlags: Readonly<Record<string, StoredFlag>> = {
  "boolean-flag": flag({ on: true, off: false }),
  "string-flag": flag({ greeting: "hi", parting: "bye" }),
  "integer-flag": flag({ ten: 10, one: 1 }),
  "float-flag": flag({ half: 0.5, tenth: 0.1 }),
  "object-flag": flag({ template, empty: {} }),
  "boolean-disabled-flag": off({ on: true, off: false }),
  "string-disabled-flag": off({ greeting: "hi", parting: "bye" }),
  "integer-disabled-flag": off({ ten: 10, one: 1 }),
  "float-disabled-flag": off({ half: 0.5, tenth: 0.1 }),
  "object-disabled-flag": off({ template, empty: {} }),
  "boolean-zero-flag": flag({ zero: false, "non-zero": true }),
  "string-zero-flag": flag({ zero: "", "non-zero": "str" }),
  "integer-zero-flag": flag({ zero: 0, "non-zero": 1 }),
  "float-zero-flag": flag({ zero: 0, "non-zero": 1 }),
  "object-zero-flag": flag({ zero: {}, "non-zero": template }),
  "boolean-targeted-zero-flag": targeted({ zero: false, "non-zero": true }),
  "string-targeted-zero-flag": targeted({ zero: "", "non-zero": "str" }),
  "integer-targeted-zero-flag": targeted({ zero: 0, "non-zero": 1 }),
  "float-targeted-zero-flag": targeted({ zero: 0, "non-zero": 1 }),
  "object-targeted-zero-flag": targeted({ zero: {}, "non-zero": template }),
  "complex-targeted": flag(
    { external: "EXTERNAL", internal: "INTERNAL" },
    {
      segments: [
        {
          name: "internal",
          constraints: [
            { contextName: "customer", operator: "IN", values: ["false"] },
            ballmer,
            { contextName: "age", operator: "NUM_GT", value: 10 },
          ],
          variant: "internal",
        },
      ],
    },
  ),
  "context-aware": flag(
    { external: "EXTERNAL", internal: "INTERNAL" },
    {
      segments: [
        {
          name: "internal",
          constraints: [
            { contextName: "fn", operator: "IN", values: ["Sulisław"] },
            { contextName: "ln", operator: "IN", values: ["Świętopełk"] },
            { contextName: "age", operator: "NUM_EQ", value: 29 },
            { contextName: "customer", operator: "IN", values: ["false"] },
          ],
          variant: "internal",
        },
      ],
    },
  ),
  "metadata-flag": flag(
    { on: true, off: false },
    { metadata: { string: "1.0.2", integer: 2, float: 0.1, boolean: true } },
  ),
  "wrong-flag": flag({ one: "uno", two: "dos" }),
};

export type ProviderState = "stable" | "not ready" | "error" | "fatal" | "stale";

/** What a source reports for a provider to be in a state. */
const reportsOf: Record<ProviderState, (reports: SourceReports) => void> = {
  stable: (reports) => reports.current(testFlags),
  "not ready": () => {},
  error: (reports) => reports.lost(new Error("refused")),
  fatal: () => {},
  stale: (reports) => {
    reports.current(testFlags);
    reports.lost(new Error("gone"));
  },
};

let domains = 0;

export interface Given {
  readonly client: Client;
  readonly flags: LiveFlags;
  readonly provider: SlipwayProvider;
  readonly source: SourceReports;
}

/** A client of its own whose provider is in that state. */
export async function given(state: ProviderState, Provider = SlipwayProvider): Promise<Given> {
  let told: SourceReports | undefined;
  const source: FlagSource = {
    follow: (reports) => {
      told = reports;
      reportsOf[state](reports);
      return async () => {};
    },
  };
  const environment = (state === "fatal" ? "nowhere" : "staging") as FlagEnvironment;
  const flags = new LiveFlags({ environment, source, patience: 60_000 });
  const provider = new Provider(flags);
  const domain = `test-${++domains}`;
  const set = OpenFeature.setProviderAndWait(domain, provider).catch(() => {});
  if (state !== "not ready") await set;
  await new Promise((resolve) => setImmediate(resolve)); // what is less than READY is said after READY
  return { client: OpenFeature.getClient(domain), flags, provider, source: told as SourceReports };
}
