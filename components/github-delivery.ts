import * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";
import { applyTransform, type ComponentOptions, SlipwayComponent, type Transform } from "./component.ts";
import {
  type GateSettings,
  type GitHubPlan,
  type PlannedGate,
  planGitHubDelivery,
  refuseTeams,
  type TeamFacts,
} from "./github-delivery-plan.ts";
import { askGitHub, GitHubProvider } from "./github-provider.ts";

export interface GitHubDeliveryArgs {
  /** The organization that owns the repository. */
  readonly owner: string;
  /** The repository's name, without its owner. */
  readonly repository: string;
  /** The environments that this stack owns, by name. A stack never touches another stack's environments. */
  readonly environments: Readonly<Record<string, GateSettings>>;
  /** Facts that workflows read in every environment as `vars.<NAME>`; no secrets. @default none */
  readonly variables?: Readonly<Record<string, string>>;
  /** Creates the repository (private) instead of looking it up; for a first try. @default false */
  readonly createRepository?: boolean;
  /** Creates the reviewing teams instead of looking them up; for a first try, members are yours to add. @default false */
  readonly createTeams?: boolean;
  /** Last word on each underlying resource. */
  readonly transform?: { readonly environment?: Transform<github.RepositoryEnvironmentArgs> };
}

/** What a workflow or a person needs to find an environment. */
export interface GitHubEnvironmentFacts {
  readonly name: string;
  readonly url: string;
}

/**
 * The GitHub side of delivery: the stack's environments with reviewers, without self review and admin bypass, open only to the
 * branches and tags that the settings name.
 *
 * Who GitHub is and who asks comes from the process environment (GITHUB_TOKEN, GITHUB_BASE_URL), never from inputs, so that no
 * token enters the state.
 *
 * @throws pulumi.ResourceError when an environment could not work, before anything is created in GitHub.
 */
export class GitHubDelivery extends SlipwayComponent<GitHubDeliveryArgs> {
  /** The environments with their pages. */
  readonly environments: pulumi.Output<GitHubEnvironmentFacts[]>;

  constructor(name: string, args: GitHubDeliveryArgs, opts?: ComponentOptions) {
    super("slipway:index:GitHubDelivery", name, args, opts);
    const plan = planGitHubDelivery(args.environments, args.variables);
    this.stopFor(plan.refusals);

    const provider = new GitHubProvider(this.childName("provider"), args.owner, { parent: this });
    const repository = args.createRepository ? this.createRepository(provider) : this.findRepository(provider);
    const teamIds = args.createTeams
      ? this.createTeams(plan, repository.name, provider)
      : this.findTeams(plan, provider);
    for (const gate of plan.gates) this.createEnvironment(gate, repository.name, teamIds, provider);

    this.environments = repository.url.apply((url) =>
      plan.gates.map(({ name }) => ({ name, url: `${url}/deployments/${encodeURIComponent(name)}` })),
    );
    this.registerOutputs({ environments: this.environments });
  }

  private findRepository(provider: GitHubProvider): RepositoryFacts {
    const { owner, repository } = this.args;
    const found = askGitHub(
      github.getRepository({ name: repository }, { parent: this, provider }),
      `the repository "${owner}/${repository}"`,
    ).then((answer) => {
      if (answer?.htmlUrl) return { name: answer.name, url: answer.htmlUrl };
      return this.stop([
        `The repository "${owner}/${repository}" does not exist, or the token in GITHUB_TOKEN may not see it. ` +
          "Create it, correct slipway:github.owner and slipway:github.repository, or set slipway:github.createRepository to true.",
      ]);
    });
    const output = pulumi.output(found);
    return { name: output.name, url: output.url };
  }

  private createRepository(provider: GitHubProvider): RepositoryFacts {
    const repository = new github.Repository(
      this.childName("repository"),
      {
        name: this.args.repository,
        visibility: "private",
        autoInit: true,
        deleteBranchOnMerge: true,
        archiveOnDestroy: true,
      },
      { parent: this, provider },
    );
    return { name: repository.name, url: repository.htmlUrl };
  }

  private findTeams(plan: GitHubPlan, provider: GitHubProvider): TeamIds {
    const { owner } = this.args;
    const found = Promise.all(
      plan.teams.map(async (slug): Promise<[string, TeamFacts | undefined]> => {
        const team = await askGitHub(github.getTeam({ slug }, { parent: this, provider }), `the team "${slug}"`);
        return [slug, team && { id: Number(team.id), members: team.members ?? [] }];
      }),
    ).then((entries) => {
      const teams = new Map(entries);
      this.stopFor(refuseTeams(owner, plan, teams));
      return teams;
    });
    return (slugs) => pulumi.output(found.then((teams) => slugs.flatMap((slug) => teams.get(slug)?.id ?? [])));
  }

  private createTeams(plan: GitHubPlan, repository: pulumi.Output<string>, provider: GitHubProvider): TeamIds {
    const ids = new Map(
      plan.teams.map((slug) => {
        const team = new github.Team(
          this.childName(`team-${slug}`),
          { name: slug, privacy: "closed", description: "Reviews deployments (created by Slipway)" },
          { parent: this, provider },
        );
        new github.TeamRepository(
          this.childName(`team-${slug}-access`),
          { teamId: team.id, repository, permission: "pull" },
          { parent: this, provider },
        );
        return [slug, team.id.apply(Number)];
      }),
    );
    return (slugs) => pulumi.all(slugs.flatMap((slug) => ids.get(slug) ?? []));
  }

  private createEnvironment(
    gate: PlannedGate,
    repository: pulumi.Output<string>,
    teamIds: TeamIds,
    provider: GitHubProvider,
  ): void {
    const name = this.childName(gate.name);
    const [args, opts] = applyTransform<github.RepositoryEnvironmentArgs>(
      this.args.transform?.environment,
      name,
      {
        repository,
        environment: gate.name,
        reviewers: [{ teams: teamIds(gate.reviewers) }],
        preventSelfReview: gate.preventSelfReview,
        canAdminsBypass: false,
        ...(gate.waitMinutes > 0 ? { waitTimer: gate.waitMinutes } : {}),
        deploymentBranchPolicy: {
          protectedBranches: gate.protectedBranches,
          customBranchPolicies: !gate.protectedBranches,
        },
      },
      { parent: this, provider },
    );
    const environment = new github.RepositoryEnvironment(name, args, opts);
    // The environment's own outputs are used below, so that what belongs to it comes after it and goes before it.
    for (const { kind, pattern, label } of gate.patterns) {
      new github.RepositoryEnvironmentDeploymentPolicy(
        `${name}-${kind}-${label}`,
        {
          repository: environment.repository,
          environment: environment.environment,
          ...(kind === "branch" ? { branchPattern: pattern } : { tagPattern: pattern }),
        },
        { parent: environment, provider },
      );
    }
    for (const [variableName, value] of gate.variables) {
      new github.ActionsEnvironmentVariable(
        `${name}-variable-${variableName}`,
        { repository: environment.repository, environment: environment.environment, variableName, value },
        { parent: environment, provider },
      );
    }
  }

  private stopFor(refusals: readonly string[]): void {
    if (refusals.length > 0) this.stop(refusals);
  }

  private stop(refusals: readonly string[]): never {
    throw new pulumi.ResourceError(refusals.join("\n"), this, true);
  }
}

interface RepositoryFacts {
  readonly name: pulumi.Output<string>;
  readonly url: pulumi.Output<string>;
}

type TeamIds = (slugs: readonly string[]) => pulumi.Output<number[]>;
