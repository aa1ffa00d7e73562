import * as github from "@pulumi/github";
import type * as pulumi from "@pulumi/pulumi";
import { applyTransform, type Transform } from "./component.ts";
import type { PlannedRuleset } from "./github-rulesets-plan.ts";

/** What a ruleset is made with. */
interface RulesetScope {
  readonly repository: pulumi.Input<string>;
  /** The repository's name, as it is known before it is created. */
  readonly repositoryName: string;
  /** By slug. */
  readonly teamIds: ReadonlyMap<string, pulumi.Input<number>>;
  /** What has to be there before, so that whoever sees it knows that rulesets of this name are the stack's. */
  readonly dependsOn: readonly pulumi.Resource[];
  readonly transform?: Transform<github.RepositoryRulesetArgs> | undefined;
}

/**
 * Builds a ruleset of the repository. It guards source code and not the stack, so that a destroy leaves it.
 * @param prefix what its logical name begins with
 */
export function createRuleset(
  parent: pulumi.Resource,
  prefix: string,
  ruleset: PlannedRuleset,
  { dependsOn, repository, repositoryName, teamIds, transform }: RulesetScope,
): github.RepositoryRuleset {
  const name = `${prefix}-${ruleset.key}`;
  const team = (slug: string): pulumi.Input<number>[] => {
    const id = teamIds.get(slug);
    return id === undefined ? [] : [id];
  };
  const [args, opts] = applyTransform<github.RepositoryRulesetArgs>(
    transform,
    name,
    {
      repository,
      name: ruleset.name,
      target: ruleset.target,
      enforcement: "active",
      conditions: { refName: { includes: [...ruleset.refs], excludes: [] } },
      bypassActors: ruleset.bypass
        .flatMap(team)
        .map((actorId) => ({ actorId, actorType: "Team", bypassMode: "always" })),
      rules: {
        creation: ruleset.creation,
        update: ruleset.update,
        deletion: !ruleset.creation,
        nonFastForward: !ruleset.creation,
        ...(ruleset.pullRequest && pullRequestRules(ruleset.pullRequest, team)),
      },
    },
    {
      parent,
      dependsOn: [...dependsOn],
      retainOnDelete: true,
      ...(ruleset.adopt !== undefined && {
        import: `${repositoryName}:${ruleset.adopt}`,
        ignoreChanges: ["bypassActors", "conditions", "enforcement", "rules", "target"],
      }),
    },
  );
  return new github.RepositoryRuleset(name, args, opts);
}

function pullRequestRules(
  { approvals, checks, pathReviewers }: NonNullable<PlannedRuleset["pullRequest"]>,
  team: (slug: string) => pulumi.Input<number>[],
): Pick<github.types.input.RepositoryRulesetRules, "pullRequest" | "requiredStatusChecks"> {
  return {
    pullRequest: {
      requiredApprovingReviewCount: approvals,
      dismissStaleReviewsOnPush: true,
      requireLastPushApproval: true,
      requiredReviewThreadResolution: true,
      requiredReviewers: pathReviewers.flatMap(({ paths, team: slug }) =>
        team(slug).map((id) => ({ reviewer: { id, type: "Team" }, filePatterns: [...paths], minimumApprovals: 1 })),
      ),
    },
    requiredStatusChecks: {
      requiredChecks: checks.map((context) => ({ context })),
      strictRequiredStatusChecksPolicy: true,
    },
  };
}
