import type { JudgedResource, JudgedStack } from "./resource.ts";
import { recordOf, textsOf } from "./values.ts";

export const rulesetType = "github:index/repositoryRuleset:RepositoryRuleset";

/** The refs that a ruleset is about. */
export function includedRefs({ props }: JudgedResource): readonly string[] {
  return textsOf(recordOf(recordOf(props.conditions).refName).includes);
}

/** The rules of every enforced ruleset of the repository that holds for the ref: GitHub demands what any of them demands. */
export function rulesFor(
  ref: string,
  repository: unknown,
  target: "branch" | "tag",
  stack: JudgedStack,
): readonly Readonly<Record<string, unknown>>[] {
  return stack
    .ofType(rulesetType)
    .filter(({ props }) => props.target === target && props.enforcement === "active" && props.repository === repository)
    .filter((ruleset) => includedRefs(ruleset).some((included) => included === ref || included === "~ALL"))
    .filter(({ props }) => !textsOf(recordOf(recordOf(props.conditions).refName).excludes).includes(ref))
    .map(({ props }) => recordOf(props.rules));
}
