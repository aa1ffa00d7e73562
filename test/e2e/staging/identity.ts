import assert from "node:assert/strict";
import {
  GetOpenIDConnectProviderCommand,
  GetRoleCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListOpenIDConnectProvidersCommand,
  ListRolePoliciesCommand,
  ListRolesCommand,
} from "@aws-sdk/client-iam";
import { askGitHub } from "../support/stack.ts";
import { must, type StagingContext, shortName } from "./context.ts";

interface Trust {
  readonly Statement: readonly {
    readonly Effect: string;
    readonly Principal: Readonly<Record<string, string>>;
    readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  }[];
}

const issuer = "token.actions.githubusercontent.com";

/** Where the deploy role is given to, besides being wanted by a job of the environment. */
const workflowRefs = ["environment-staging.yml", "rollback.yml", "drift.yml", "staging-refresh.yml"].flatMap((file) =>
  ["main", "release/*"].map((branch) => `teamflow/teamflow/.github/workflows/${file}@refs/heads/${branch}`),
);

interface GitHubEnvironment {
  readonly name: string;
  readonly can_admins_bypass: boolean;
  readonly protection_rules: readonly {
    readonly type: string;
    readonly prevent_self_review?: boolean;
    readonly reviewers?: readonly { readonly reviewer: { readonly slug: string } }[];
  }[];
}

function reviewersOf(environments: readonly GitHubEnvironment[], name: string): string[] {
  const rules = environments.find((environment) => environment.name === name)?.protection_rules ?? [];
  return rules.flatMap(({ reviewers = [] }) => reviewers.map(({ reviewer }) => reviewer.slug));
}

/** Roles, their bounds, whom they trust, and GitHub's side of it. */
export function identity(context: StagingContext): void {
  describe("identity", () => {
    let iam: IAMClient;
    before(() => {
      iam = context.client(IAMClient);
    });
    const roleOf = async (RoleName: string) => must((await iam.send(new GetRoleCommand({ RoleName }))).Role, RoleName);
    const trustOf = async (name: string) => {
      const { AssumeRolePolicyDocument = "" } = await roleOf(`teamflow-staging-${name}`);
      return JSON.parse(decodeURIComponent(AssumeRolePolicyDocument)) as Trust;
    };
    const roles = async () => {
      const { Roles = [] } = await iam.send(new ListRolesCommand({}));
      // Roles that AWS makes for its own services belong to the account.
      return Roles.filter(({ Path }) => !Path?.startsWith("/aws-service-role/")).map(({ RoleName = "" }) => RoleName);
    };

    it("is these roles, each within the stack's boundary", async () => {
      assert.deepEqual((await roles()).map(shortName).sort(), [
        "backend-execution",
        "backend-task",
        "database-monitoring",
        "deploy",
        "flow-logs",
        "frontend-execution",
        "frontend-task",
        "operator-execution",
        "operator-task",
        "preview",
        "traffic-shift",
      ]);
      const boundary = `arn:aws:iam::${context.account}:policy/teamflow-staging-boundary`;
      for (const name of await roles())
        assert.equal((await roleOf(name)).PermissionsBoundary?.PermissionsBoundaryArn, boundary, name);
    });

    it("trusts services or GitHub, never everybody, never another account", async () => {
      for (const name of (await roles()).map(shortName))
        for (const { Effect, Principal } of (await trustOf(name)).Statement) {
          assert.equal(Effect, "Allow");
          assert.deepEqual(Object.keys(Principal).length, 1, name);
          const [kind, who = ""] = Object.entries(Principal)[0] ?? [];
          if (kind === "Service") assert.match(who, /^[a-z.-]+\.amazonaws\.com$/, name);
          else assert.deepEqual([kind, who], ["Federated", `arn:aws:iam::${context.account}:oidc-provider/${issuer}`]);
        }
    });

    it("gives the roles to jobs of this repository by exactly the two forms of their subject", async () => {
      const { id, owner } = await askGitHub<{ id: number; owner: { id: number } }>(
        context.checkout,
        "repos/teamflow/teamflow",
      );
      const subjects = (end: string) => [
        `repo:teamflow/teamflow:${end}`,
        `repo:teamflow@${owner.id}/teamflow@${id}:${end}`,
      ];
      for (const [name, end] of [
        ["deploy", "environment:staging"],
        ["preview", "pull_request"],
      ] as const) {
        const { Statement } = await trustOf(name);
        assert.equal(Statement.length, 1);
        assert.deepEqual(Statement[0]?.Condition?.StringEquals, {
          [`${issuer}:aud`]: "sts.amazonaws.com",
          [`${issuer}:sub`]: subjects(end),
        });
        assert.equal(Statement[0]?.Condition?.StringEqualsIfExists?.[`${issuer}:repository_id`], String(id));
        const like = Statement[0]?.Condition?.StringLike?.[`${issuer}:job_workflow_ref`];
        assert.deepEqual(like, name === "deploy" ? workflowRefs : undefined);
      }
      const { deployRole, previewRole } = context.outputs.identity;
      assert.deepEqual(
        [deployRole, previewRole],
        [
          `arn:aws:iam::${context.account}:role/teamflow-staging-deploy`,
          `arn:aws:iam::${context.account}:role/teamflow-staging-preview`,
        ],
      );
    });

    it("knows one provider of identities, for AWS's audience", async () => {
      const { OpenIDConnectProviderList = [] } = await iam.send(new ListOpenIDConnectProvidersCommand({}));
      assert.equal(OpenIDConnectProviderList.length, 1);
      const OpenIDConnectProviderArn = OpenIDConnectProviderList[0]?.Arn;
      const found = await iam.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn }));
      assert.deepEqual([found.Url?.replace("https://", ""), found.ClientIDList], [issuer, ["sts.amazonaws.com"]]);
    });

    it("gives each role its own policies, and no policy of AWS's that administers anything", async () => {
      const granted: Record<string, string[]> = {};
      for (const RoleName of await roles()) {
        const { AttachedPolicies = [] } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
        const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
        granted[shortName(RoleName)] = [
          ...AttachedPolicies.map(({ PolicyName }) => shortName(PolicyName)),
          ...PolicyNames.map((name) => `inline ${name}`),
        ].sort();
      }
      const parts = ["containers", "data", "network", "operation", "roles", "secrets", "traffic", "view"];
      assert.deepEqual(granted, {
        "backend-execution": ["inline execution"],
        "backend-task": ["inline task"],
        "database-monitoring": ["AmazonRDSEnhancedMonitoringRole"],
        deploy: parts.map((part) => `deploy-${part}`),
        "flow-logs": ["inline write"],
        "frontend-execution": ["inline execution"],
        "frontend-task": ["inline task"],
        "operator-execution": ["inline execution"],
        "operator-task": ["inline task"],
        preview: ["preview"],
        "traffic-shift": ["AmazonECSInfrastructureRolePolicyForLoadBalancers"],
      });
    });

    it("has the process's environments in GitHub: one that deploys, and one for each role that approves there", async () => {
      const { environments } = await askGitHub<{ environments: GitHubEnvironment[] }>(
        context.checkout,
        "repos/teamflow/teamflow/environments?per_page=100",
      );
      const own = environments.filter(({ name }) => name === "staging" || name.startsWith("staging."));
      assert.deepEqual(own.map(({ name }) => [name, reviewersOf(own, name)]).sort(), [
        ["staging", []],
        ["staging.ai-lead", ["ai-lead"]],
        ["staging.devops-lead", ["devops-lead"]],
        ["staging.qa-lead", ["qa-lead"]],
        ["staging.tech-lead", ["tech-lead"]],
      ]);
      for (const { can_admins_bypass, name, protection_rules } of own) {
        assert.equal(can_admins_bypass, false, name);
        const review = protection_rules.find(({ type }) => type === "required_reviewers");
        assert.equal(review?.prevent_self_review ?? true, true, name);
      }
    });

    it("lets main and releases alone deploy, and tells its workflows where", async () => {
      const { branch_policies } = await askGitHub<{ branch_policies: { name: string }[] }>(
        context.checkout,
        "repos/teamflow/teamflow/environments/staging/deployment-branch-policies",
      );
      assert.deepEqual(branch_policies.map(({ name }) => name).sort(), ["main", "release/*"]);
      const { variables } = await askGitHub<{ variables: { name: string; value: string }[] }>(
        context.checkout,
        "repos/teamflow/teamflow/environments/staging/variables",
      );
      assert.deepEqual(Object.fromEntries(variables.map(({ name, value }) => [name, value])), {
        AWS_ACCOUNT_ID: context.account,
        AWS_REGION: "us-west-2",
        LOG_LEVEL: "info",
        SLIPWAY_ENVIRONMENT: "staging",
        SLIPWAY_STACK: "staging",
        VITE_API_URL: "https://staging.teamflow.app/api",
      });
    });
  });
}
