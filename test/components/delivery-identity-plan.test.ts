import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type IdentityGitHub,
  type IdentityScope,
  identityNames,
  issuer,
  planIdentity,
  planTrust,
  type TrustedEnvironment,
  type TrustedJob,
} from "../../components/delivery-identity-plan.ts";
import { type IamPolicy, managedPoliciesPerRole, policyLimits } from "../../components/iam-policy.ts";
import { type IamIdentity, type IamRequest, type IamVerdict, judge, trusts } from "../support/iam-evaluator.ts";

const account = "123456789012";
const bucket = `arn:aws:s3:::teamflow-pulumi-state-${account}-us-west-2`;
const alias = { "kms:ResourceAliases": ["alias/teamflow-pulumi-state"] };

const scope = (stack = "staging", changes: Partial<IdentityScope> = {}): IdentityScope => ({
  context: { application: "teamflow", stack, environment: stack },
  accountId: account,
  partition: "aws",
  region: "us-west-2",
  hosts: ["staging.teamflow.app"],
  protect: true,
  ...changes,
});

/** The roles of a stack, and one that the deploy role has made with all the rights that it could think of. */
function roles(planned = scope()): Record<"deploy" | "preview" | "greedy", IamIdentity> {
  const plan = planIdentity(planned);
  const read = (text: string) => JSON.parse(text) as IamPolicy;
  const boundary = read(plan.boundary);
  return {
    deploy: { policies: plan.deploy.map(({ text }) => read(text)), boundary },
    preview: { policies: plan.preview.map(({ text }) => read(text)), boundary },
    greedy: {
      policies: [
        { Version: "2012-10-17", Statement: [{ Sid: "All", Effect: "Allow", Action: ["*"], Resource: ["*"] }] },
      ],
      boundary,
    },
  };
}

const here = { "aws:RequestedRegion": "us-west-2" };
const arn = (service: string, rest: string) => `arn:aws:${service}:us-west-2:${account}:${rest}`;
const iam = (rest: string) => `arn:aws:iam::${account}:${rest}`;

function verdict(
  identity: IamIdentity,
  action: string,
  resource: string,
  context: IamRequest["context"] = {},
): IamVerdict {
  return judge(identity, { action, resource, context: { ...here, ...context } });
}

/** Things of a stack as AWS shows them to a policy: by name and by tag. */
function things(
  stack: string,
): readonly (readonly [action: string, resource: string, context?: IamRequest["context"]])[] {
  const name = `teamflow-${stack}`;
  const mine = { "aws:ResourceTag/Stack": stack };
  return [
    ["rds:ModifyDBInstance", arn("rds", `db:${name}`), mine],
    ["rds:CreateDBSnapshot", arn("rds", `db:${name}`), mine],
    ["elasticache:ModifyReplicationGroup", arn("elasticache", `replicationgroup:${name}`), mine],
    ["secretsmanager:GetSecretValue", arn("secretsmanager", `secret:teamflow/${stack}/secret-key-AbCdEf`), mine],
    ["secretsmanager:PutSecretValue", arn("secretsmanager", `secret:teamflow/${stack}/secret-key-AbCdEf`)],
    [
      "secretsmanager:GetSecretValue",
      arn("secretsmanager", "secret:rds!db-0f4e0f9c-AbCdEf"),
      { "aws:ResourceTag/aws:rds:primaryDBInstanceArn": arn("rds", `db:${name}`) },
    ],
    ["kms:PutKeyPolicy", arn("kms", "key/1"), mine],
    ["kms:Decrypt", arn("kms", "key/1"), mine],
    ["kms:UpdateAlias", arn("kms", `alias/${name}-database`)],
    ["s3:PutBucketPolicy", `arn:aws:s3:::${name}-access-logs`],
    ["ecs:UpdateService", arn("ecs", `service/${name}/${name}-backend`), mine],
    ["ecs:RunTask", arn("ecs", `task-definition/${name}-operator:3`), mine],
    ["ecr:PutImage", arn("ecr", `repository/teamflow/${stack}/backend`), mine],
    ["logs:DeleteLogGroup", arn("logs", `log-group:/teamflow/${stack}/backend:*`), mine],
    ["ec2:DeleteVpc", arn("ec2", "vpc/vpc-1"), mine],
    ["ec2:AuthorizeSecurityGroupIngress", arn("ec2", "security-group/sg-1"), mine],
    ["elasticloadbalancing:ModifyListener", arn("elasticloadbalancing", `listener/app/${name}/1/2`), mine],
    ["elasticloadbalancing:AddTags", arn("elasticloadbalancing", `loadbalancer/app/${name}/1`), mine],
    ["acm:DeleteCertificate", arn("acm", "certificate/1"), mine],
    ["wafv2:UpdateWebACL", arn("wafv2", `regional/webacl/${name}/1`), mine],
    ["sns:SetTopicAttributes", arn("sns", `${name}-alarms`), mine],
    ["cloudwatch:PutMetricAlarm", arn("cloudwatch", `alarm:${name}-backend-errors`), mine],
    ["backup:PutBackupVaultAccessPolicy", arn("backup", `backup-vault:${name}-daily`), mine],
    ["backup:UpdateBackupPlan", arn("backup", "backup-plan:1"), mine],
    ["application-autoscaling:PutScalingPolicy", arn("application-autoscaling", "scalable-target/1"), mine],
    ["codebuild:UpdateProject", arn("codebuild", `project/${name}-runner`), mine],
    ["budgets:ModifyBudget", `arn:aws:budgets::${account}:budget/${name}-monthly`],
    ["iam:UpdateAssumeRolePolicy", iam(`role/${name}-backend-task`), mine],
    ["iam:PassRole", iam(`role/${name}-backend-task`), { ...mine, "iam:PassedToService": "ecs-tasks.amazonaws.com" }],
    ["s3:PutObject", `${bucket}/.pulumi/stacks/slipway/${stack}.json`],
    ["s3:PutObject", `${bucket}/.pulumi/locks/organization/slipway/${stack}/1.json`],
    ["s3:GetObject", `${bucket}/.pulumi/history/slipway/${stack}/${stack}-1.history.json`],
    ["kms:Decrypt", arn("kms", "key/state"), { ...alias, "kms:EncryptionContext:Stack": stack }],
  ];
}

describe("components/delivery-identity-plan: the deploy role", () => {
  const { deploy, greedy, preview } = roles();

  it("may do to its own stack what a deployment does", () => {
    for (const [action, resource, context] of things("staging"))
      assert.equal(verdict(deploy, action, resource, context), "allowed", `${action} ${resource}`);
  });

  for (const other of ["prod", "dev", "pr-12"]) {
    it(`may do nothing of that to ${other}, and nor may a role of its making that is allowed everything`, () => {
      for (const [action, resource, context] of things(other)) {
        assert.notEqual(verdict(deploy, action, resource, context), "allowed", `deploy: ${action} ${resource}`);
        // Names without tag are told apart by the role's own policies; what holds data, by the boundary as well.
        if (context || /^(iam|s3|secretsmanager):/.test(action))
          assert.notEqual(verdict(greedy, action, resource, context), "allowed", `greedy: ${action} ${resource}`);
      }
    });
  }

  it("of a pull request does not reach the one whose number begins alike", () => {
    const one = roles(scope("pr-1")).deploy;
    for (const [action, resource, context] of things("pr-12"))
      assert.notEqual(verdict(one, action, resource, context), "allowed", `${action} ${resource}`);
    assert.equal(verdict(one, "rds:ModifyDBInstance", arn("rds", "db:teamflow-pr-12")), "not allowed");
  });

  it("tells stacks apart for any two of them", () => {
    const stack = fc.oneof(
      fc.constantFrom("dev", "staging", "prod"),
      fc.integer({ min: 1, max: 999_999 }).map((n) => `pr-${n}`),
    );
    fc.assert(
      fc.property(stack, stack, (one, other) => {
        fc.pre(one !== other);
        const mine = roles(scope(one)).deploy;
        for (const [action, resource, context] of things(other))
          assert.notEqual(verdict(mine, action, resource, context), "allowed", `${one}: ${action} ${resource}`);
      }),
      { numRuns: 30 },
    );
  });

  it("makes things only with its own stack's tag, and never labels them as another's", () => {
    const vpc = arn("ec2", "vpc/*");
    assert.equal(verdict(deploy, "ec2:CreateVpc", vpc, { "aws:RequestTag/Stack": "staging" }), "allowed");
    assert.equal(verdict(deploy, "ec2:CreateVpc", vpc), "not allowed");
    assert.equal(verdict(deploy, "ec2:CreateVpc", vpc, { "aws:RequestTag/Stack": "prod" }), "denied");
    const own = { "aws:ResourceTag/Stack": "staging" };
    assert.equal(verdict(deploy, "ec2:CreateTags", arn("ec2", "vpc/vpc-1"), own), "allowed");
    assert.equal(
      verdict(deploy, "ec2:CreateTags", arn("ec2", "vpc/vpc-1"), { ...own, "aws:RequestTag/Stack": "prod" }),
      "denied",
    );
    const others = { "aws:ResourceTag/Stack": "prod", "aws:RequestTag/Stack": "staging" };
    for (const action of ["ec2:CreateTags", "kms:TagResource", "rds:AddTagsToResource"])
      assert.equal(verdict(greedy, action, "*", others), "denied", action);
  });

  it("leaves what belongs to nobody as it is, but for the group that comes with a VPC", () => {
    assert.equal(verdict(deploy, "ec2:DeleteVpc", arn("ec2", "vpc/vpc-default")), "not allowed");
    assert.equal(verdict(deploy, "ec2:RevokeSecurityGroupIngress", arn("ec2", "security-group/sg-default")), "allowed");
    assert.equal(verdict(deploy, "kms:PutKeyPolicy", arn("kms", "key/of-nobody")), "not allowed");
  });

  it("stays in its region", () => {
    const context = { "aws:RequestTag/Stack": "staging", "aws:RequestedRegion": "eu-west-1" };
    assert.equal(verdict(greedy, "ec2:CreateVpc", "arn:aws:ec2:eu-west-1:1:vpc/*", context), "denied");
    const copying = roles(scope("prod", { copyRegion: "us-east-2" })).greedy;
    const vault = `arn:aws:backup:us-east-2:${account}:backup-vault:teamflow-prod-copy`;
    assert.equal(
      verdict(copying, "backup:CreateBackupVault", vault, { "aws:RequestedRegion": "us-east-2" }),
      "allowed",
    );
    assert.equal(verdict(greedy, "backup:CreateBackupVault", vault, { "aws:RequestedRegion": "us-east-2" }), "denied");
  });

  it("writes the records of its own hosts and no others", () => {
    const zone = "arn:aws:route53:::hostedzone/Z1";
    const records = (...names: string[]) =>
      verdict(deploy, "route53:ChangeResourceRecordSets", zone, {
        "route53:ChangeResourceRecordSetsNormalizedRecordNames": names,
      });
    assert.equal(records("staging.teamflow.app"), "allowed");
    assert.equal(records("staging.teamflow.app", "_0a1b.staging.teamflow.app"), "allowed");
    for (const name of ["teamflow.app", "api.teamflow.app", "_0a1b.teamflow.app", "xstaging.teamflow.app"])
      assert.equal(records("staging.teamflow.app", name), "not allowed", name);
    assert.equal(verdict(deploy, "route53:ChangeResourceRecordSets", zone), "not allowed");
  });

  it("deletes no data where that is protected, whatever the program asks for", () => {
    const loose = roles(scope("staging", { protect: false })).deploy;
    for (const [action, resource] of [
      ["rds:DeleteDBInstance", arn("rds", "db:teamflow-staging")],
      ["kms:ScheduleKeyDeletion", arn("kms", "key/1")],
      ["secretsmanager:DeleteSecret", arn("secretsmanager", "secret:teamflow/staging/secret-key-AbCdEf")],
      ["elasticache:DeleteReplicationGroup", arn("elasticache", "replicationgroup:teamflow-staging")],
      ["ecr:DeleteRepository", arn("ecr", "repository/teamflow/staging/backend")],
      ["s3:DeleteBucket", "arn:aws:s3:::teamflow-staging-access-logs"],
    ] as const) {
      const context = { "aws:ResourceTag/Stack": "staging" };
      assert.equal(verdict(deploy, action, resource, context), "denied", action);
      assert.equal(verdict(loose, action, resource, context), "allowed", action);
    }
  });

  describe("cannot escalate", () => {
    const { boundaryArn, deployRoleArn, previewRoleArn, providerArn } = identityNames(scope());
    const role = iam("role/teamflow-staging-new");
    const within = { "iam:PermissionsBoundary": boundaryArn };

    it("makes roles and gives them rights only within the boundary", () => {
      for (const action of [
        "iam:CreateRole",
        "iam:AttachRolePolicy",
        "iam:PutRolePolicy",
        "iam:PutRolePermissionsBoundary",
      ])
        for (const each of [deploy, greedy]) {
          assert.equal(verdict(each, action, role, within), "allowed", action);
          assert.equal(verdict(each, action, role), "denied", `${action} without`);
          const another = { "iam:PermissionsBoundary": iam("policy/teamflow-staging-wide") };
          assert.equal(verdict(each, action, role, another), "denied", `${action} with another`);
        }
    });

    it("takes the boundary from no role and changes it nowhere", () => {
      assert.equal(verdict(greedy, "iam:DeleteRolePermissionsBoundary", role, within), "denied");
      for (const action of [
        "iam:CreatePolicyVersion",
        "iam:SetDefaultPolicyVersion",
        "iam:DeletePolicy",
        "iam:DeletePolicyVersion",
      ])
        assert.equal(verdict(greedy, action, boundaryArn), "denied", action);
    });

    it("changes neither role of delivery, nor their policies, nor who is trusted", () => {
      for (const action of [
        "iam:UpdateAssumeRolePolicy",
        "iam:PutRolePolicy",
        "iam:AttachRolePolicy",
        "iam:UpdateRole",
        "iam:DeleteRole",
        "iam:PassRole",
      ])
        for (const each of [deployRoleArn, previewRoleArn])
          assert.equal(verdict(greedy, action, each, within), "denied", `${action} ${each}`);
      for (const part of planIdentity(scope()).deploy.map((planned) => identityNames(scope()).policy(planned.part)))
        assert.equal(verdict(greedy, "iam:CreatePolicyVersion", iam(`policy/${part}`)), "denied", part);
      assert.equal(verdict(greedy, "iam:UpdateOpenIDConnectProviderThumbprint", providerArn), "denied");
    });

    it("makes no users, groups, keys or providers", () => {
      for (const [action, resource] of [
        ["iam:CreateUser", iam("user/teamflow-staging-me")],
        ["iam:CreateAccessKey", iam("user/anybody")],
        ["iam:CreateLoginProfile", iam("user/anybody")],
        ["iam:AddUserToGroup", iam("group/administrators")],
        ["iam:CreateOpenIDConnectProvider", iam("oidc-provider/example.com")],
        ["iam:CreateSAMLProvider", iam("saml-provider/x")],
      ] as const)
        for (const each of [deploy, greedy]) assert.notEqual(verdict(each, action, resource), "allowed", action);
    });

    it("becomes no other role, and hands roles only to the services of the stack", () => {
      for (const other of ["teamflow-prod-deploy", "Administrator", "teamflow-staging-backend-task"])
        assert.equal(verdict(greedy, "sts:AssumeRole", iam(`role/${other}`)), "denied", other);
      const pass = (service: string) => verdict(deploy, "iam:PassRole", role, { "iam:PassedToService": service });
      assert.equal(pass("ecs-tasks.amazonaws.com"), "allowed");
      assert.equal(pass("ec2.amazonaws.com"), "not allowed");
      assert.equal(pass("lambda.amazonaws.com"), "not allowed");
    });

    it("uses no service that the stack is not made of", () => {
      for (const action of [
        "lambda:CreateFunction",
        "ec2-instance-connect:SendSSHPublicKey",
        "organizations:LeaveOrganization",
        "cloudformation:CreateStack",
        "sso:CreateAccountAssignment",
      ])
        assert.equal(verdict(greedy, action, "*"), "not allowed", action);
      const mailing = roles(scope("staging", { workloadActions: ["ses:SendEmail"] })).greedy;
      assert.equal(verdict(mailing, "ses:SendEmail", "*"), "allowed");
    });
  });

  it("keeps another stack's state and its secrets closed, though all share a bucket and a key", () => {
    for (const each of [deploy, preview, greedy]) {
      for (const action of ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"])
        assert.notEqual(verdict(each, action, `${bucket}/.pulumi/stacks/slipway/prod.json`), "allowed", action);
      assert.notEqual(
        verdict(each, "s3:DeleteObjectVersion", `${bucket}/.pulumi/stacks/slipway/staging.json`),
        "allowed",
      );
      assert.notEqual(verdict(each, "s3:PutBucketPolicy", bucket), "allowed");
      for (const context of [
        {},
        { "kms:EncryptionContext:Stack": "prod" },
        { "kms:EncryptionContext:aws:s3:arn": "arn:aws:s3:::x" },
      ])
        assert.notEqual(verdict(each, "kms:Decrypt", arn("kms", "key/state"), { ...alias, ...context }), "allowed");
      assert.notEqual(verdict(each, "kms:ScheduleKeyDeletion", arn("kms", "key/state"), alias), "allowed");
    }
  });
});

describe("components/delivery-identity-plan: the preview role", () => {
  const { preview } = roles();

  it("sees how things are set up", () => {
    for (const action of [
      "ec2:DescribeVpcs",
      "rds:DescribeDBInstances",
      "ecs:DescribeServices",
      "iam:GetRole",
      "kms:GetKeyPolicy",
      "wafv2:GetWebACL",
    ])
      assert.equal(verdict(preview, action, "*"), "allowed", action);
    const secret = arn("secretsmanager", "secret:teamflow/staging/secret-key-AbCdEf");
    assert.equal(verdict(preview, "secretsmanager:DescribeSecret", secret), "allowed");
  });

  it("reads its own stack's state, with its secrets, and writes nothing of it", () => {
    const own = `${bucket}/.pulumi/stacks/slipway/staging.json`;
    assert.equal(verdict(preview, "s3:GetObject", own), "allowed");
    assert.equal(verdict(preview, "s3:GetObject", `${bucket}/.pulumi/meta.yaml`), "allowed");
    const key = arn("kms", "key/state");
    assert.equal(
      verdict(preview, "kms:Decrypt", key, { ...alias, "kms:EncryptionContext:Stack": "staging" }),
      "allowed",
    );
    assert.equal(
      verdict(preview, "kms:Decrypt", key, { ...alias, "kms:EncryptionContext:aws:s3:arn": bucket }),
      "allowed",
    );
    assert.notEqual(verdict(preview, "s3:PutObject", own), "allowed");
    assert.notEqual(
      verdict(preview, "kms:Encrypt", key, { ...alias, "kms:EncryptionContext:Stack": "staging" }),
      "allowed",
    );
  });

  it("reads no data, even its own stack's", () => {
    const mine = { "aws:ResourceTag/Stack": "staging" };
    for (const [action, resource] of [
      ["secretsmanager:GetSecretValue", arn("secretsmanager", "secret:teamflow/staging/secret-key-AbCdEf")],
      ["s3:GetObject", "arn:aws:s3:::teamflow-staging-uploads/a"],
      ["s3:GetObjectVersion", "arn:aws:s3:::anybody/a"],
      ["kms:Decrypt", arn("kms", "key/database")],
      ["ssm:GetParameter", arn("ssm", "parameter/x")],
      ["logs:GetLogEvents", arn("logs", "log-group:/teamflow/staging/backend:*")],
      ["rds-db:connect", arn("rds-db", "dbuser:x/y")],
      ["dynamodb:GetItem", arn("dynamodb", "table/x")],
      ["ecr:BatchGetImage", arn("ecr", "repository/teamflow/staging/backend")],
      ["ecs:ExecuteCommand", arn("ecs", "task/teamflow-staging/1")],
    ] as const)
      assert.equal(verdict(preview, action, resource, mine), "denied", action);
  });

  it("changes nothing of all that a deployment changes", () => {
    for (const [action, resource, context] of things("staging")) {
      if (/^(s3:GetObject|kms:Decrypt)$/.test(action)) continue;
      assert.notEqual(verdict(preview, action, resource, context), "allowed", `${action} ${resource}`);
    }
  });
});

describe("components/delivery-identity-plan: sizes", () => {
  it("fit AWS's limits for every name and region", () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9]{0,15}$/);
    const region = fc.constantFrom("us-west-2", "ap-southeast-1", "us-gov-west-1");
    fc.assert(
      fc.property(
        name,
        fc.integer({ min: 1, max: 999_999 }),
        region,
        fc.boolean(),
        (application, number, at, protect) => {
          const context = { application, stack: `pr-${number}`, environment: "feature" };
          const host = `${"a".repeat(60)}.${"b".repeat(60)}.teamflow.app`;
          const plan = planIdentity({
            ...scope(),
            context,
            region: at,
            copyRegion: "ap-northeast-3",
            partition: "aws-us-gov",
            hosts: [host, `api.${host}`],
            protect,
          });
          for (const text of [
            plan.boundary,
            ...plan.deploy.map((each) => each.text),
            ...plan.preview.map((each) => each.text),
          ])
            assert.ok(text.length <= policyLimits.managed);
          assert.ok(plan.deploy.length <= managedPoliciesPerRole);
        },
      ),
      { numRuns: 25 },
    );
  });

  it("name no statement twice in a policy, which AWS refuses", () => {
    const plan = planIdentity(scope());
    for (const text of [
      plan.boundary,
      ...plan.deploy.map((each) => each.text),
      ...plan.preview.map((each) => each.text),
    ]) {
      const sids = (JSON.parse(text) as IamPolicy).Statement.map(({ Sid }) => Sid);
      assert.deepEqual([...new Set(sids)], sids);
      assert.ok(sids.every((sid) => /^[A-Za-z0-9]+$/.test(sid)));
    }
  });
});

describe("components/delivery-identity-plan: the trust", () => {
  const github: IdentityGitHub = { owner: "teamflow", repository: "app", ownerId: "11", repositoryId: "22" };
  const provider = identityNames(scope()).providerArn;
  const staging: TrustedEnvironment = {
    name: "staging",
    workflows: ["environment-staging.yml", "rollback.yml"],
    branches: ["main", "release/*"],
    tags: [],
  };
  const deployTrust: TrustedJob = { kind: "environment", environments: [staging] };
  const trust = (job: TrustedJob) => JSON.parse(planTrust("role", github, job, provider)) as IamPolicy;
  const workflow = (file: string, ref = "refs/heads/main") => `teamflow/app/.github/workflows/${file}@${ref}`;
  const token = (sub: string, more: Record<string, string> = {}) => ({
    [`${issuer}:aud`]: "sts.amazonaws.com",
    [`${issuer}:sub`]: sub,
    [`${issuer}:job_workflow_ref`]: workflow("environment-staging.yml"),
    ...Object.fromEntries(Object.entries(more).map(([claim, value]) => [`${issuer}:${claim}`, value])),
  });
  const mayDeploy = (sub: string, more = {}) => trusts(trust(deployTrust), provider, token(sub, more));
  const mayPreview = (sub: string, more = {}) => trusts(trust({ kind: "pullRequest" }), provider, token(sub, more));

  it("is given to jobs of the environment, in both forms of GitHub's subject", () => {
    assert.ok(mayDeploy("repo:teamflow/app:environment:staging"));
    assert.ok(
      mayDeploy("repo:teamflow@11/app@22:environment:staging", { repository_id: "22", environment: "staging" }),
    );
    assert.ok(mayPreview("repo:teamflow/app:pull_request"));
    assert.ok(mayPreview("repo:teamflow@11/app@22:pull_request", { repository_id: "22" }));
  });

  for (const [who, sub, more] of [
    ["another environment", "repo:teamflow/app:environment:production"],
    ["an environment whose name begins alike", "repo:teamflow/app:environment:staging2"],
    ["a branch without an environment", "repo:teamflow/app:ref:refs/heads/main"],
    ["a tag", "repo:teamflow/app:ref:refs/tags/v1"],
    ["a pull request, and so a fork's", "repo:teamflow/app:pull_request"],
    ["another repository", "repo:teamflow/other:environment:staging"],
    ["a fork", "repo:mallory/app:environment:staging"],
    ["a repository that took the name, in the form with ids", "repo:teamflow@11/app@99:environment:staging"],
    ["an owner who took the name, in the form with ids", "repo:teamflow@99/app@22:environment:staging"],
    ["a repository that took the name, by its claim", "repo:teamflow/app:environment:staging", { repository_id: "99" }],
    ["an environment that lies by its claim", "repo:teamflow/app:environment:staging", { environment: "production" }],
    ["a pattern", "repo:teamflow/app:environment:*"],
    [
      "a workflow that somebody adds and lets name the environment",
      "repo:teamflow/app:environment:staging",
      { job_workflow_ref: "teamflow/app/.github/workflows/own.yml@refs/heads/main" },
    ],
    [
      "the derived workflow as a branch has changed it",
      "repo:teamflow/app:environment:staging",
      { job_workflow_ref: "teamflow/app/.github/workflows/environment-staging.yml@refs/heads/feature" },
    ],
    [
      "the derived workflow as a tag has it, where only branches deploy",
      "repo:teamflow/app:environment:staging",
      { job_workflow_ref: "teamflow/app/.github/workflows/environment-staging.yml@refs/tags/main" },
    ],
    [
      "a workflow of that name of another repository",
      "repo:teamflow/app:environment:staging",
      { job_workflow_ref: "mallory/app/.github/workflows/environment-staging.yml@refs/heads/main" },
    ],
    [
      "another environment's workflow",
      "repo:teamflow/app:environment:staging",
      { job_workflow_ref: "teamflow/app/.github/workflows/environment-production.yml@refs/heads/main" },
    ],
    ["upper case", "repo:TEAMFLOW/app:environment:staging"],
  ] as const) {
    it(`does not let ${who} deploy`, () => assert.equal(mayDeploy(sub, more), false));
  }

  it("does not let anything but a pull request preview", () => {
    for (const sub of [
      "repo:teamflow/app:environment:staging",
      "repo:teamflow/app:ref:refs/heads/main",
      "repo:mallory/app:pull_request",
    ])
      assert.equal(mayPreview(sub), false, sub);
  });

  it("wants a token that was made for AWS, from GitHub", () => {
    const context = {
      ...token("repo:teamflow/app:environment:staging"),
      [`${issuer}:aud`]: "https://github.com/teamflow",
    };
    assert.equal(trusts(trust(deployTrust), provider, context), false);
    assert.equal(
      trusts(trust(deployTrust), iam("oidc-provider/example.com"), token("repo:teamflow/app:environment:staging")),
      false,
    );
  });

  it("is given to each of the environment's workflows, from each ref that it admits", () => {
    for (const [file, ref] of [
      ["environment-staging.yml", "refs/heads/main"],
      ["rollback.yml", "refs/heads/release/1.2"],
    ] as const)
      assert.ok(mayDeploy("repo:teamflow/app:environment:staging", { job_workflow_ref: workflow(file, ref) }), file);
  });

  it("keeps apart what several environments let in", () => {
    const production = {
      name: "production",
      workflows: ["environment-production.yml"],
      branches: [],
      tags: ["v*.*.*"],
    };
    const both = trust({ kind: "environment", environments: [staging, production] });
    const gets = (environment: string, ref: string) =>
      trusts(
        both,
        provider,
        token(`repo:teamflow/app:environment:${environment}`, { job_workflow_ref: ref, environment }),
      );
    assert.ok(gets("production", workflow("environment-production.yml", "refs/tags/v1.2.3")));
    assert.ok(!gets("production", workflow("environment-production.yml", "refs/heads/main")));
    assert.ok(!gets("production", workflow("environment-staging.yml", "refs/heads/main")));
    assert.ok(!gets("staging", workflow("environment-production.yml", "refs/tags/v1.2.3")));
  });

  it("wants the workflow to be told where AWS compares it, and does without elsewhere", () => {
    const { [`${issuer}:job_workflow_ref`]: _, ...without } = token("repo:teamflow/app:environment:staging");
    assert.equal(trusts(trust(deployTrust), provider, without), false);
    const china = provider.replace("arn:aws:", "arn:aws-cn:");
    const there = JSON.parse(planTrust("role", github, deployTrust, china)) as IamPolicy;
    assert.equal(trusts(there, china, without), true);
    assert.equal(
      trusts(there, china, token("repo:teamflow/app:environment:staging", { job_workflow_ref: workflow("own.yml") })),
      false,
    );
  });

  it("lists subjects that are no patterns, for any names", () => {
    const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,20}$/);
    fc.assert(
      fc.property(name, name, fc.array(name, { minLength: 1, maxLength: 3 }), (owner, repository, names) => {
        const environments = names.map((each) => ({
          ...staging,
          name: each,
          workflows: ["a.yml"],
          branches: ["main"],
        }));
        const text = planTrust(
          "role",
          { ...github, owner, repository },
          { kind: "environment", environments },
          provider,
        );
        const { Statement } = JSON.parse(text) as IamPolicy;
        assert.equal(Statement.length, 1, "the same refs share a statement");
        for (const { Condition } of Statement) {
          assert.deepEqual(Object.keys(Condition ?? {}).sort(), ["StringEquals", "StringEqualsIfExists", "StringLike"]);
          assert.deepEqual(Object.keys(Condition?.StringLike ?? {}), [`${issuer}:job_workflow_ref`]);
        }
        assert.ok(!/[*?]/.test(text), "nothing is a pattern but what the process writes as one");
      }),
    );
  });

  it("reads GitHub's patterns as IAM's", () => {
    const branches = ["a/**/b", "v[0-9]", "refs/pull/*/merge", "cost${x}"];
    const text = planTrust(
      "role",
      github,
      { kind: "environment", environments: [{ ...staging, workflows: ["a.yml"], branches }] },
      provider,
    );
    const [statement] = (JSON.parse(text) as IamPolicy).Statement;
    assert.deepEqual(statement?.Condition?.StringLike?.[`${issuer}:job_workflow_ref`], [
      workflow("a.yml", "refs/heads/a/*b"),
      workflow("a.yml", "refs/heads/v?"),
      workflow("a.yml", "refs/pull/*/merge"),
      workflow("a.yml", "refs/heads/cost${$}{x}"),
    ]);
  });

  it("is given to workflows on the refs that are named, and to none elsewhere, where no environment is asked", () => {
    const ask = trust({ kind: "refs", branches: ["develop", "release/*"], tags: ["v*.*.*"] });
    const may = (sub: string, more = {}) => trusts(ask, provider, token(sub, more));
    for (const ref of ["heads/develop", "heads/release/2.1", "tags/v1.2.3"]) {
      assert.ok(may(`repo:teamflow/app:ref:refs/${ref}`), ref);
      assert.ok(may(`repo:teamflow@11/app@22:ref:refs/${ref}`, { repository_id: "22" }), ref);
    }
    for (const sub of [
      ...["heads/feature", "heads/develop2", "heads/v1.2.3", "tags/develop", "pull/1/merge"].map(
        (ref) => `repo:teamflow/app:ref:refs/${ref}`,
      ),
      ...["repo:mallory/app", "repo:teamflow/other", "repo:teamflow@11/app@99"].map(
        (repository) => `${repository}:ref:refs/heads/develop`,
      ),
      "repo:teamflow/app:pull_request",
      "repo:teamflow/app:environment:staging",
    ])
      assert.ok(!may(sub), sub);
    assert.ok(!may("repo:teamflow/app:ref:refs/heads/develop", { repository_id: "99" }));
  });

  it("refuses to be longer than AWS takes, and to trust nobody", () => {
    const environments = Array.from({ length: 30 }, (_, index) => ({ ...staging, name: `environment-${index}` }));
    assert.throws(
      () => planTrust("role", github, { kind: "environment", environments }, provider),
      /characters, AWS takes 2048/,
    );
    assert.throws(
      () => planTrust("role", github, { kind: "environment", environments: [] }, provider),
      /No GitHub environment is named/,
    );
    assert.throws(
      () => planTrust("role", github, { kind: "refs", branches: [], tags: [] }, provider),
      /No branch or tag is named/,
    );
  });
});
