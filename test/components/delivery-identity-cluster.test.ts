import assert from "node:assert/strict";
import fc from "fast-check";
import { type IdentityScope, identityNames, planIdentity } from "../../components/delivery-identity-plan.ts";
import { type IamPolicy, managedPoliciesPerRole, policyLimits } from "../../components/iam-policy.ts";
import { type IamIdentity, type IamRequest, judge } from "../support/iam-evaluator.ts";

const account = "123456789012";
const scope = (stack = "prod", changes: Partial<IdentityScope> = {}): IdentityScope => ({
  context: { application: "teamflow", stack, environment: "production" },
  accountId: account,
  partition: "aws",
  region: "us-west-2",
  platform: "eks",
  hosts: ["teamflow.app", "api.teamflow.app", "pre.teamflow.app"],
  copyRegion: "us-east-2",
  protect: true,
  ...changes,
});

/** The roles of a stack, and one of its making that is allowed everything: a cluster's, a node's, a pod's. */
function roles(planned = scope()): Record<"deploy" | "preview" | "greedy", IamIdentity> {
  const plan = planIdentity(planned);
  const read = (text: string) => JSON.parse(text) as IamPolicy;
  const boundary = read(plan.boundary);
  const all: IamPolicy = {
    Version: "2012-10-17",
    Statement: [{ Sid: "All", Effect: "Allow", Action: ["*"], Resource: ["*"] }],
  };
  return {
    deploy: { policies: plan.deploy.map(({ text }) => read(text)), boundary },
    preview: { policies: plan.preview.map(({ text }) => read(text)), boundary },
    greedy: { policies: [all], boundary },
  };
}

const eks = (rest: string) => `arn:aws:eks:us-west-2:${account}:${rest}`;
const iam = (rest: string) => `arn:aws:iam::${account}:${rest}`;
const verdict = (identity: IamIdentity, action: string, resource: string, context: IamRequest["context"] = {}) =>
  judge(identity, { action, resource, context: { "aws:RequestedRegion": "us-west-2", ...context } });

type Thing = readonly [action: string, resource: string, context?: IamRequest["context"]];

/** What a deployment does to the cluster of a stack. */
function changes(stack: string): readonly Thing[] {
  const name = `teamflow-${stack}`;
  const mine = { "aws:ResourceTag/Stack": stack };
  return [
    ["eks:UpdateClusterConfig", eks(`cluster/${name}`), mine],
    ["eks:UpdateClusterVersion", eks(`cluster/${name}`), mine],
    ["eks:TagResource", eks(`cluster/${name}`), { ...mine, "aws:RequestTag/Stack": stack }],
    ["eks:CreateAddon", eks(`cluster/${name}`), { ...mine, "aws:RequestTag/Stack": stack }],
    ["eks:UpdateAddon", eks(`addon/${name}/metrics-server/0f4e`), mine],
    ["eks:CreatePodIdentityAssociation", eks(`cluster/${name}`), { ...mine, "aws:RequestTag/Stack": stack }],
    ["eks:DeletePodIdentityAssociation", eks(`podidentityassociation/${name}/a-1`), mine],
    ["eks:DescribeAccessEntry", eks(`access-entry/${name}/role/${account}/Ops/0f4e`), mine],
    ["iam:PassRole", iam(`role/${name}-eks-cluster`), { ...mine, "iam:PassedToService": "eks.amazonaws.com" }],
    [
      "iam:PassRole",
      iam(`role/${name}-teamflow-backend`),
      { ...mine, "iam:PassedToService": "pods.eks.amazonaws.com" },
    ],
  ];
}

const grants: readonly Thing[] = [
  ["eks:CreateAccessEntry", eks("cluster/teamflow-prod")],
  ["eks:UpdateAccessEntry", eks(`access-entry/teamflow-prod/role/${account}/teamflow-prod-deploy/1`)],
  ["eks:DeleteAccessEntry", eks(`access-entry/teamflow-prod/role/${account}/Ops/1`)],
  ["eks:AssociateAccessPolicy", eks(`access-entry/teamflow-prod/role/${account}/teamflow-prod-deploy/1`)],
  ["eks:DisassociateAccessPolicy", eks(`access-entry/teamflow-prod/role/${account}/Ops/1`)],
  ["eks:AssociateIdentityProviderConfig", eks("cluster/teamflow-prod")],
  ["eks:CreateCapability", eks("cluster/teamflow-prod")],
];

describe("components/delivery-identity-cluster", () => {
  const { deploy, greedy, preview } = roles();

  it("lets a deployment change its own stack's cluster", () => {
    for (const [action, resource, context] of changes("prod"))
      assert.equal(verdict(deploy, action, resource, context), "allowed", `${action} ${resource}`);
  });

  for (const other of ["staging", "prod2", "pr-12"]) {
    it(`lets it do nothing of that to ${other}'s, and nor a role of its making that is allowed everything`, () => {
      for (const [action, resource, context] of changes(other)) {
        if (/:Describe/.test(action)) continue; // How a thing is set up may be seen, as elsewhere, where the tag permits.
        assert.notEqual(verdict(deploy, action, resource, context), "allowed", `deploy: ${action} ${resource}`);
        assert.notEqual(verdict(greedy, action, resource, context), "allowed", `greedy: ${action} ${resource}`);
      }
    });
  }

  it("leaves a cluster of nobody's alone, and the identities of its pods", () => {
    for (const identity of [deploy, greedy]) {
      assert.equal(verdict(identity, "eks:UpdateClusterConfig", eks("cluster/legacy")), "not allowed");
      assert.equal(verdict(identity, "eks-auth:AssumeRoleForPodIdentity", eks("cluster/legacy")), "not allowed");
    }
  });

  it("makes a cluster only with the stack's tag, and without making itself its administrator", () => {
    const tag = { "aws:RequestTag/Stack": "prod" };
    const made = (context: IamRequest["context"]) => verdict(deploy, "eks:CreateCluster", "*", context);
    assert.equal(made({ ...tag, "eks:bootstrapClusterCreatorAdminPermissions": "false" }), "allowed");
    assert.equal(made({ ...tag, "eks:bootstrapClusterCreatorAdminPermissions": "true" }), "not allowed");
    assert.equal(made(tag), "not allowed");
    assert.equal(made({ "eks:bootstrapClusterCreatorAdminPermissions": "false" }), "not allowed");
  });

  it("lets no job, and nothing that a job makes, say who may use the cluster", () => {
    for (const [action, resource] of grants)
      for (const identity of [deploy, preview, greedy])
        assert.equal(verdict(identity, action, resource), "denied", `${action} ${resource}`);
  });

  it("deletes a protected cluster by no job", () => {
    const own = { "aws:ResourceTag/Stack": "prod" };
    assert.equal(verdict(deploy, "eks:DeleteCluster", eks("cluster/teamflow-prod"), own), "denied");
    const loose = roles(scope("prod", { protect: false })).deploy;
    assert.equal(verdict(loose, "eks:DeleteCluster", eks("cluster/teamflow-prod"), own), "allowed");
  });

  it("shows a preview how the cluster is set up, and changes nothing with it", () => {
    for (const action of ["eks:DescribeCluster", "eks:ListAddons", "eks:DescribePodIdentityAssociation"])
      assert.equal(verdict(preview, action, "*"), "allowed", action);
    for (const [action, resource, context] of changes("prod"))
      if (!/:Describe/.test(action)) assert.notEqual(verdict(preview, action, resource, context), "allowed", action);
  });

  it("hands roles to the services of its platform only", () => {
    const pass = (identity: IamIdentity, service: string) =>
      verdict(identity, "iam:PassRole", iam("role/teamflow-prod-new"), { "iam:PassedToService": service });
    for (const service of ["ecs-tasks.amazonaws.com", "ec2.amazonaws.com", "lambda.amazonaws.com"])
      assert.equal(pass(deploy, service), "not allowed", service);
    const onEcs = roles(scope("prod", { platform: "ecs" })).deploy;
    assert.equal(pass(onEcs, "eks.amazonaws.com"), "not allowed");
    assert.equal(pass(onEcs, "ecs-tasks.amazonaws.com"), "allowed");
  });

  it("gives a stack on ECS nothing of EKS", () => {
    const onEcs = roles(scope("staging", { platform: undefined }));
    for (const identity of [onEcs.deploy, onEcs.greedy, onEcs.preview])
      for (const [action, resource, context] of changes("staging")) {
        if (action.startsWith("iam:")) continue;
        assert.equal(verdict(identity, action, resource, context), "not allowed", action);
      }
  });

  it("sets the retention of the control plane's log", () => {
    const log = `arn:aws:logs:us-west-2:${account}:log-group:/aws/eks/teamflow-prod/cluster`;
    assert.equal(verdict(deploy, "logs:PutRetentionPolicy", log), "allowed");
    assert.notEqual(verdict(deploy, "logs:PutRetentionPolicy", log.replace("prod", "staging")), "allowed");
  });
});

/**
 * What AWS's own policies let a cluster's and a node's role do, each action with what EKS says about it. Sources: the managed policies
 * AmazonEKSClusterPolicy v10, ComputePolicy v6, BlockStoragePolicy, LoadBalancingPolicy v6, NetworkingPolicy v2, WorkerNodeMinimalPolicy v1,
 * AmazonEC2ContainerRegistryPullOnly.
 */
const worksOfEks: readonly Thing[] = [
  ["ec2:RunInstances", `arn:aws:ec2:us-west-2:${account}:subnet/subnet-1`, { "aws:ResourceTag/Stack": "prod" }],
  ["ec2:RunInstances", `arn:aws:ec2:us-west-2:${account}:instance/*`, { "aws:RequestTag/eks:eks-cluster-name": "x" }],
  ["ec2:RunInstances", "arn:aws:ec2:us-west-2::image/ami-1"],
  ["ec2:CreateFleet", `arn:aws:ec2:us-west-2:${account}:fleet/*`],
  ["ec2:CreateLaunchTemplate", `arn:aws:ec2:us-west-2:${account}:launch-template/*`],
  ["ec2:CreateTags", `arn:aws:ec2:us-west-2:${account}:instance/i-1`, { "ec2:CreateAction": "RunInstances" }],
  ["ec2:CreateVolume", `arn:aws:ec2:us-west-2:${account}:volume/*`],
  ["ec2:CreateNetworkInterface", `arn:aws:ec2:us-west-2:${account}:network-interface/*`],
  ["ec2:AssignPrivateIpAddresses", `arn:aws:ec2:us-west-2:${account}:network-interface/eni-1`],
  ["ec2:CreateSecurityGroup", `arn:aws:ec2:us-west-2:${account}:vpc/vpc-1`, { "aws:ResourceTag/Stack": "prod" }],
  ["iam:AddRoleToInstanceProfile", iam("instance-profile/eks-us-west-2-teamflow-prod-1")],
  ["iam:PassRole", iam("role/teamflow-prod-eks-node"), { "iam:PassedToService": "ec2.amazonaws.com" }],
  [
    "iam:CreateServiceLinkedRole",
    iam("role/aws-service-role/elasticloadbalancing.amazonaws.com/AWSServiceRoleForElasticLoadBalancing"),
  ],
  [
    "elasticloadbalancing:CreateLoadBalancer",
    `arn:aws:elasticloadbalancing:us-west-2:${account}:loadbalancer/app/teamflow-prod-teamflow/*`,
    { "aws:RequestTag/Stack": "prod", "aws:RequestTag/eks:eks-cluster-name": "teamflow-prod" },
  ],
  ["elasticloadbalancing:RegisterTargets", `arn:aws:elasticloadbalancing:us-west-2:${account}:targetgroup/k8s-1/2`],
  ["wafv2:AssociateWebACL", `arn:aws:wafv2:us-west-2:${account}:regional/webacl/teamflow-prod/1`],
  ["acm:DescribeCertificate", `arn:aws:acm:us-west-2:${account}:certificate/1`, { "aws:ResourceTag/Stack": "prod" }],
  ["kms:DescribeKey", `arn:aws:kms:us-west-2:${account}:key/1`, { "aws:ResourceTag/Stack": "prod" }],
  ["eks-auth:AssumeRoleForPodIdentity", eks("cluster/teamflow-prod")],
  ["ecr:GetAuthorizationToken", "*"],
  ["ecr:BatchGetImage", `arn:aws:ecr:us-west-2:${account}:repository/teamflow/prod/backend`],
];

describe("the boundary around the cluster's roles", () => {
  it("lets EKS do all that Auto Mode does", () => {
    const { greedy } = roles();
    for (const [action, resource, context] of worksOfEks)
      assert.equal(verdict(greedy, action, resource, context), "allowed", `${action} ${resource}`);
  });

  it("fits AWS's limits for every name and region", () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9]{0,15}$/);
    fc.assert(
      fc.property(name, fc.integer({ min: 1, max: 999_999 }), fc.boolean(), (application, number, protect) => {
        const host = `${"a".repeat(60)}.${"b".repeat(60)}.teamflow.app`;
        const plan = planIdentity(
          scope(`pr-${number}`, {
            context: { application, stack: `pr-${number}`, environment: "production" },
            region: "ap-southeast-1",
            copyRegion: "ap-northeast-3",
            partition: "aws-us-gov",
            hosts: [host, `api.${host}`, `pre.${host}`, `api.pre.${host}`],
            protect,
          }),
        );
        for (const text of [plan.boundary, ...[...plan.deploy, ...plan.preview].map((each) => each.text)])
          assert.ok(text.length <= policyLimits.managed);
        assert.ok(plan.deploy.length <= managedPoliciesPerRole);
      }),
      { numRuns: 25 },
    );
  });

  it("names no statement twice in a policy, which AWS refuses", () => {
    const plan = planIdentity(scope());
    for (const text of [plan.boundary, ...plan.deploy.map((each) => each.text)]) {
      const sids = (JSON.parse(text) as IamPolicy).Statement.map(({ Sid }) => Sid);
      assert.deepEqual([...new Set(sids)], sids);
    }
  });

  it("keeps the roles of delivery out of reach, as elsewhere", () => {
    const { greedy } = roles();
    const { deployRoleArn } = identityNames(scope());
    assert.equal(
      verdict(greedy, "iam:PassRole", deployRoleArn, { "iam:PassedToService": "pods.eks.amazonaws.com" }),
      "denied",
    );
  });
});
