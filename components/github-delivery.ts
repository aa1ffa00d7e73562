import * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";
import { applyTransform, type ComponentOptions, SlipwayComponent, type Transform } from "./component.ts";
import { type GitHubDeliverySettings, type PlannedGate, planGitHubDelivery } from "./github-delivery-plan.ts";
import type { GitHubFacts } from "./github-facts.ts";

export interface GitHubDeliveryArgs extends GitHubDeliverySettings {
  /** What exists in GitHub already: `findGitHub`. */
  readonly facts: GitHubFacts;
  /** Last word on each underlying resource. */
  readonly transform?: {
    readonly environment?: Transform<github.RepositoryEnvironmentArgs>;
    readonly repository?: Transform<github.RepositoryArgs>;
    readonly team?: Transform<github.TeamArgs>;
  };
}

/** Where people find an environment. */
export interface GitHubEnvironmentFacts {
  readonly name: string;
  readonly url: string;
}

/**
 * The GitHub side of delivery: the stack's environments with reviewers, without self review and admin bypass, open only to the
 * branches and tags that the settings name. It takes its `GitHubProvider` by the option `providers`.
 *
 * @throws pulumi.ResourceError, before anything is created in GitHub, when an environment could not work.
 */
export class GitHubDelivery extends SlipwayComponent<GitHubDeliveryArgs> {
  /** The environments with their pages. */
  readonly environments: pulumi.Output<GitHubEnvironmentFacts[]>;
  /** The repository's numeric id, also when this stack creates it. */
  readonly repositoryId: pulumi.Output<string>;

  constructor(name: string, args: GitHubDeliveryArgs, opts?: ComponentOptions) {
    super("slipway:index:GitHubDelivery", name, args, opts);
    const plan = planGitHubDelivery(args, args.facts);
    if (plan.refusals.length > 0) throw new pulumi.ResourceError(plan.refusals.join("\n"), this, true);

    const repository = this.repository();
    const teamIds = this.teamIds(plan.teams, repository.name);
    for (const gate of plan.gates) this.createEnvironment(gate, repository.name, teamIds);

    this.environments = pulumi
      .output(repository.url)
      .apply((url) => plan.gates.map(({ name }) => ({ name, url: `${url}/deployments/${encodeURIComponent(name)}` })));
    this.repositoryId = pulumi.output(repository.id);
    this.registerOutputs({ environments: this.environments });
  }

  /** The repository that exists, or, for a first try, a new one. */
  private repository(): Record<"id" | "name" | "url", pulumi.Input<string>> {
    const { createRepository, facts, repository, transform } = this.args;
    if (!createRepository)
      return { id: facts.repository?.id ?? "", name: repository, url: facts.repository?.url ?? "" };
    const name = this.childName("repository");
    const [args, opts] = applyTransform<github.RepositoryArgs>(
      transform?.repository,
      name,
      { name: repository, visibility: "private", autoInit: true, deleteBranchOnMerge: true },
      // A destroy leaves the repository where it is: nobody loses source code to a slip.
      { parent: this, retainOnDelete: true },
    );
    const created = new github.Repository(name, args, opts);
    return { id: created.repoId.apply(String), name: created.name, url: created.htmlUrl };
  }

  /** The ids of the teams that exist, or, for a first try, of new ones that may read the repository. */
  private teamIds(
    slugs: readonly string[],
    repository: pulumi.Input<string>,
  ): ReadonlyMap<string, pulumi.Input<number>> {
    const { createTeams, facts, transform } = this.args;
    if (!createTeams) return new Map(slugs.flatMap((slug) => entry(slug, facts.teams.get(slug)?.id)));
    return new Map(
      slugs.map((slug) => {
        const name = this.childName(`team-${slug}`);
        const [args, opts] = applyTransform<github.TeamArgs>(
          transform?.team,
          name,
          { name: slug, privacy: "closed", description: "Reviews deployments (created by Slipway)" },
          { parent: this },
        );
        const team = new github.Team(name, args, opts);
        const access = new github.TeamRepository(
          `${name}-access`,
          { teamId: team.id, repository, permission: "pull" },
          { parent: team },
        );
        // GitHub takes as reviewers only teams that may read the repository, so an environment waits for that too.
        return [slug, pulumi.all([team.id, access.id]).apply(([id]) => Number(id))];
      }),
    );
  }

  private createEnvironment(
    gate: PlannedGate,
    repository: pulumi.Input<string>,
    teamIds: ReadonlyMap<string, pulumi.Input<number>>,
  ): void {
    const name = this.childName(gate.name);
    const [args, opts] = applyTransform<github.RepositoryEnvironmentArgs>(
      this.args.transform?.environment,
      name,
      {
        repository,
        environment: gate.name,
        reviewers: [{ teams: gate.reviewers.flatMap((slug) => teamIds.get(slug) ?? []) }],
        preventSelfReview: gate.preventSelfReview,
        canAdminsBypass: false,
        ...(gate.waitMinutes > 0 ? { waitTimer: gate.waitMinutes } : {}),
        deploymentBranchPolicy: {
          protectedBranches: gate.protectedBranches,
          customBranchPolicies: !gate.protectedBranches,
        },
      },
      { parent: this, deleteBeforeReplace: true },
    );
    const environment = new github.RepositoryEnvironment(name, args, opts);
    // The environment's own outputs are used below, so that what belongs to it comes after it and goes before it.
    for (const { kind, pattern } of gate.patterns) {
      new github.RepositoryEnvironmentDeploymentPolicy(
        `${name}-${kind}-${pattern}`,
        {
          repository: environment.repository,
          environment: environment.environment,
          ...(kind === "branch" ? { branchPattern: pattern } : { tagPattern: pattern }),
        },
        { parent: environment, deleteBeforeReplace: true },
      );
    }
    for (const [variableName, value] of gate.variables) {
      new github.ActionsEnvironmentVariable(
        `${name}-variable-${variableName}`,
        { repository: environment.repository, environment: environment.environment, variableName, value },
        { parent: environment, deleteBeforeReplace: true },
      );
    }
  }
}

function entry<K, V>(key: K, value: V | undefined): [K, V][] {
  return value === undefined ? [] : [[key, value]];
}
