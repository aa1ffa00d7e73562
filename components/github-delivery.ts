import * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";
import { applyTransform, type ComponentOptions, SlipwayComponent, type Transform } from "./component.ts";
import {
  type DeliveryFacts,
  type GitHubDeliverySettings,
  ownerMark,
  type PlannedGate,
  planGitHubDelivery,
} from "./github-delivery-plan.ts";
import { createRuleset } from "./github-ruleset.ts";

export interface GitHubDeliveryArgs extends GitHubDeliverySettings {
  /** What exists in GitHub already: `findDeliveryFacts`. */
  readonly facts: DeliveryFacts;
  /** Last word on each underlying resource. */
  readonly transform?: {
    readonly environment?: Transform<github.RepositoryEnvironmentArgs>;
    readonly repository?: Transform<github.RepositoryArgs>;
    readonly ruleset?: Transform<github.RepositoryRulesetArgs>;
    readonly team?: Transform<github.TeamArgs>;
  };
}

/** Where people find an environment. */
export interface GitHubEnvironmentFacts {
  readonly name: string;
  readonly url: string;
}

/**
 * The GitHub side of delivery: for each environment of the process the one that deploys, and one for each role that approves there,
 * without self review and admin bypass, open only to the branches and tags that the process names; for one stack also the rules
 * of the repository. It takes its `GitHubProvider` by the option `providers`.
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
    for (const notice of plan.notices) void pulumi.log.warn(notice, this);

    const repository = this.repository();
    const teamIds = this.teamIds(plan.teams, repository.name);
    const marks = plan.gates.flatMap((gate) => this.createEnvironment(gate, repository.name, teamIds));
    const rulesets = { repository: repository.name, repositoryName: args.repository, teamIds };
    for (const ruleset of plan.rulesets) {
      createRuleset(this, this.childName("rules"), ruleset, {
        ...rulesets,
        dependsOn: marks,
        transform: args.transform?.ruleset,
      });
    }

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
    if (!createTeams) return new Map([...facts.teams].flatMap(([slug, team]) => (team ? [[slug, team.id]] : [])));
    return new Map(
      slugs.map((slug) => {
        const name = this.childName(`team-${slug}`);
        const [args, opts] = applyTransform<github.TeamArgs>(
          transform?.team,
          name,
          { name: slug, privacy: "closed", description: "Approves deployments (created by Slipway)" },
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

  /** @returns what was made last, the owner's mark */
  private createEnvironment(
    gate: PlannedGate,
    repository: pulumi.Input<string>,
    teamIds: ReadonlyMap<string, pulumi.Input<number>>,
  ): pulumi.Resource[] {
    const name = this.childName(gate.name);
    const teams = gate.reviewers.flatMap((slug) => teamIds.get(slug) ?? []);
    const [args, opts] = applyTransform<github.RepositoryEnvironmentArgs>(
      this.args.transform?.environment,
      name,
      {
        repository,
        environment: gate.name,
        // GitHub keeps "no self review" with the reviewers, and forgets it where there are none.
        ...(teams.length > 0 && { reviewers: [{ teams }], preventSelfReview: true }),
        canAdminsBypass: false,
        ...(gate.waitMinutes > 0 ? { waitTimer: gate.waitMinutes } : {}),
        deploymentBranchPolicy: { protectedBranches: false, customBranchPolicies: true },
      },
      { parent: this, deleteBeforeReplace: true },
    );
    const environment = new github.RepositoryEnvironment(name, args, opts);
    // The environment's own outputs are used below, so that what belongs to it comes after it and goes before it.
    const within = { repository: environment.repository, environment: environment.environment };
    const inside = { parent: environment, deleteBeforeReplace: true };
    const made: pulumi.Resource[] = gate.patterns.map(
      ({ kind, pattern }) =>
        new github.RepositoryEnvironmentDeploymentPolicy(
          `${name}-${kind}-${pattern}`,
          { ...within, ...(kind === "branch" ? { branchPattern: pattern } : { tagPattern: pattern }) },
          inside,
        ),
    );
    // The owner's mark comes last: where it is, everything is.
    const marked = gate.variables.toSorted((a, b) => Number(a.name === ownerMark) - Number(b.name === ownerMark));
    for (const { adopt, name: variableName, value } of marked) {
      const variable = new github.ActionsEnvironmentVariable(
        `${name}-variable-${variableName}`,
        { ...within, variableName, value },
        {
          ...inside,
          ...(variableName === ownerMark && { dependsOn: [...made] }),
          ...(adopt !== undefined && { import: `${this.args.repository}:${gate.name}:${variableName}` }),
          ...(adopt === "as is" && { ignoreChanges: ["value"] }),
        },
      );
      made.push(variable);
    }
    return made.slice(-1);
  }
}
