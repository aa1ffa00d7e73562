import type { ResourceRule } from "../../rule.ts";
import { rulesetType } from "../../rulesets.ts";
import { recordOf, recordsOf } from "../../values.ts";

export const gitHubRulesetBypass: ResourceRule = {
  name: "github-ruleset-bypass",
  title: "Rules hold for everybody",
  severity: "critical",
  category: "release process",
  description: "A ruleset is enforced, and nobody may bypass it, except those who may make what it restricts making.",
  rationale: "A rule that administrators may skip is skipped when it matters, and by whoever has stolen their account.",
  remediation:
    "Set enforcement to active, and leave bypassActors empty; put the restriction of creation into a ruleset of its own.",
  controls: ["SOC2 CC8.1", "SOC2 CC5.1", "ISO27001 A.8.4", "ISO27001 A.5.3", "NIST CM-5"],
  appliesTo: [rulesetType, "github:index/organizationRuleset:OrganizationRuleset"],
  judge: ({ props }) => {
    // The provider notes beside the rules which of them it has filled in itself.
    const { __defaults, creation, ...others } = recordOf(props.rules);
    const restricts = Object.values(others).some((rule) => rule !== false && rule !== undefined && rule !== null);
    // To restrict who makes a tag is to name who may: GitHub's word for them is that they bypass.
    const isAboutMaking = creation === true && !restricts;
    const actors = recordsOf(props.bypassActors);
    return [
      ...(props.enforcement === "active" ? [] : ["is not enforced."]),
      ...(isAboutMaking
        ? []
        : actors.map(({ actorType, bypassMode }) => `can be bypassed by ${actorType} (${bypassMode ?? "always"}).`)),
    ];
  },
};
