import type { ResourceRule } from "../../rule.ts";
import { recordOf } from "../../values.ts";
import { taggableTypes } from "./taggable-types.ts";

/** By these costs are allocated and owners found. */
const required: readonly string[] = ["Project", "Environment", "Stack", "ManagedBy"];

export const requiredTags: ResourceRule = {
  name: "required-tags",
  title: "Tags that allocate costs",
  severity: "low",
  category: "cost",
  description: `Every resource that can be tagged has the tags ${required.join(", ")}.`,
  rationale: "What is not tagged is in no budget and in no inventory, and nobody dares to delete it.",
  remediation: "Add the tags to the resource, or to the provider's defaultTags.",
  controls: ["SOC2 CC6.1", "ISO27001 A.5.9", "NIST CM-8"],
  appliesTo: taggableTypes,
  judge: ({ props }) => {
    // The provider's default tags are only among all of them.
    const tags = { ...recordOf(props.tagsAll), ...recordOf(props.tags) };
    const missing = required.filter((key) => !tags[key]);
    return missing.length > 0 ? [`has no tag ${missing.join(", ")}.`] : [];
  },
};
