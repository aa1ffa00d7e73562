import { cisAws } from "./cis-aws.ts";
import { cisKubernetes } from "./cis-kubernetes.ts";
import type { Control, Framework } from "./framework.ts";
import { gdpr } from "./gdpr.ts";
import { iso27001 } from "./iso-27001.ts";
import { nist80053 } from "./nist-800-53.ts";
import { soc2 } from "./soc2.ts";

/** Every framework, by the key with which policies cite it. */
export const frameworks = {
  SOC2: soc2,
  ISO27001: iso27001,
  "CIS-AWS": cisAws,
  "CIS-K8S": cisKubernetes,
  NIST: nist80053,
  GDPR: gdpr,
} as const satisfies Readonly<Record<string, Framework>>;

export type FrameworkKey = keyof typeof frameworks;
export const frameworkKeys = Object.keys(frameworks) as readonly FrameworkKey[];

/** `<framework> <control>`: `SOC2 CC6.1`, `NIST SC-28`. A control that there is not does not compile. */
export type ControlId = {
  [Key in FrameworkKey]: `${Key} ${keyof (typeof frameworks)[Key]["controls"] & string}`;
}[FrameworkKey];

/** The framework and the control of a citation. */
export function frameworkOf(id: ControlId): Framework & { readonly key: FrameworkKey; readonly control: string } {
  const space = id.indexOf(" ");
  const key = id.slice(0, space) as FrameworkKey;
  return { ...frameworks[key], key, control: id.slice(space + 1) };
}

/** Every control there is, in the frameworks' order. */
export function allControls(): readonly (Control & { readonly id: ControlId; readonly framework: FrameworkKey })[] {
  return frameworkKeys.flatMap((framework) =>
    Object.entries<Control>(frameworks[framework].controls).map(([control, value]) => ({
      ...value,
      framework,
      id: `${framework} ${control}` as ControlId,
    })),
  );
}
