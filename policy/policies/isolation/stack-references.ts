import type { ResourceRule } from "../../rule.ts";

export const stackReferences: ResourceRule = {
  name: "stack-references",
  title: "No outputs of another stack",
  severity: "high",
  category: "isolation",
  description: "A stack reads the outputs of no stack but itself.",
  rationale: "Whoever may read another stack's state has its secrets, and a change there breaks a deployment here.",
  remediation: "Build what is needed in this stack, or give it in its settings.",
  controls: ["ISO27001 A.8.31", "SOC2 CC6.3", "NIST AC-4", "NIST SC-7(21)"],
  appliesTo: ["pulumi:pulumi:StackReference"],
  judge: ({ props, stack }) => {
    const referenced = String(props.name).split("/").at(-1) ?? "";
    return referenced === stack ? [] : [`reads the outputs of the stack ${JSON.stringify(referenced)}.`];
  },
};
