import assert from "node:assert/strict";
import { ofKind, workloadsOf } from "../support/kubernetes-objects.ts";
import { connections } from "../support/reachability.ts";
import { recordsOf } from "../support/reachability-records.ts";
import { type BuiltStack, buildStack } from "./support/stacks.ts";

const connectionArn = "arn:aws:codeconnections:us-west-2:123456789012:connection/0f4e0f9c-58a5-4b2c-9d0e-3a6a7d5f1c11";
const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const images = { "images.backend": digest("a"), "images.frontend": digest("b"), "images.operator": digest("c") };

/** What both environments have, each its own. */
const parts = ["application", "cache", "database", "edge", "flags", "secrets"];
const shared = [
  ...["alarms", "backup", "budget", "copy-keys", "github", "identity", "keys"],
  ...["network", "platform", "registry"],
];

type Environment = "production" | "pre-production";
const both: readonly Environment[] = ["production", "pre-production"];
const prefix = (environment: Environment) => (environment === "production" ? "prod-" : "prod-pre-production-");
const namespaceOf = { production: "teamflow", "pre-production": "teamflow-pre" };

/** What would be sent to the API server. */
const objectsOf = ({ resources }: BuiltStack) =>
  resources.flatMap(({ inputs, type }) => (type.startsWith("kubernetes:") ? [inputs] : []));

describe("stacks/prod", function () {
  this.timeout(180_000);
  let stack: BuiltStack;
  before(async () => {
    stack = await buildStack("prod", images);
  });
  const inNamespace = (environment: Environment) =>
    objectsOf(stack).filter(
      ({ metadata }) => (metadata as { namespace?: string }).namespace === namespaceOf[environment],
    );
  const rolePolicies = (environment: Environment) =>
    stack.resources
      .filter(
        ({ name, type }) =>
          type === "aws:iam/rolePolicy:RolePolicy" && name.startsWith(`${prefix(environment)}application-`),
      )
      .map(({ inputs: { policy } }) => policy);

  it("is made of these components: what both environments share once, and of the rest one each", () => {
    const components = stack.resources
      .filter(({ type }) => type.startsWith("slipway:"))
      .map(({ name }) => name.replace(/^prod-/, ""));
    const expected = [...shared, ...parts, ...parts.map((part) => `pre-production-${part}`)];
    for (const name of expected) assert.equal(components.filter((each) => each === name).length, 1, name);
    const inner = components.filter((name) => !expected.some((part) => name === part || name.startsWith(`${part}-`)));
    assert.deepEqual(inner, []);
  });

  it("gives production and pre-production each a database, a cache, a secret, a certificate, a namespace and roles of their own", () => {
    const each = [
      ["aws:rds/instance:Instance", "identifier"],
      ["aws:elasticache/replicationGroup:ReplicationGroup", "replicationGroupId"],
      ["aws:elasticache/user:User", "userId"],
      ["aws:secretsmanager/secret:Secret", "name"],
      ["aws:acm/certificate:Certificate", "domainName"],
    ] as const;
    for (const [type, key] of each) {
      const values = stack.resources
        .filter((resource) => resource.type === type)
        .map((resource) => resource.inputs[key]);
      assert.equal(new Set(values).size, 2, `${type} ${key}: ${values}`);
    }
    const names = objectsOf(stack).filter(({ kind }) => kind === "Namespace");
    assert.deepEqual(
      names.map(({ metadata }) => (metadata as { name: string }).name).sort(),
      Object.values(namespaceOf).sort(),
    );
    const roles = stack.resources.filter(
      ({ type }) => type === "aws:eks/podIdentityAssociation:PodIdentityAssociation",
    );
    assert.deepEqual(
      roles.map(({ inputs: { namespace, serviceAccount } }) => `${namespace} ${serviceAccount}`).sort(),
      Object.values(namespaceOf)
        .flatMap((namespace) => ["analysis", "backend", "migration"].map((app) => `${namespace} teamflow-${app}`))
        .sort(),
    );
    assert.equal(new Set(roles.map(({ inputs: { roleArn } }) => roleArn)).size, roles.length);
  });

  it("names in no object and in no role of one environment anything of the other's", () => {
    const of = (environment: Environment) => {
      const own = prefix(environment);
      const server = environment === "production" ? "prod" : "pre-production.prod";
      const hosts =
        environment === "production"
          ? ["//teamflow.app", "//api.teamflow.app"]
          : ["//pre.teamflow.app", "//api.pre.teamflow.app"];
      return [
        ...[
          `"database.${server}"`,
          `"cache.${server}"`,
          `dbuser:db-${server}/`,
          `rds!db-${own}database-instance`,
          ...hosts,
        ],
        environment === "production" ? '"teamflow_prod"' : '"teamflow_pre"',
        `:secret:${String(stack.resources.find(({ name, type }) => type.endsWith(":Secret") && name.startsWith(`${own}secrets`))?.inputs.name)}-`,
      ];
    };
    for (const [own, other] of [both, both.toReversed()] as [Environment, Environment][]) {
      const text = JSON.stringify([inNamespace(own), rolePolicies(own)]).replaceAll('\\"', '"');
      assert.deepEqual(
        of(other).filter((name) => text.includes(name)),
        [],
      );
      // Otherwise the line above compares with names that nobody uses.
      assert.deepEqual(
        of(own).filter((name) => !text.includes(name)),
        [],
      );
    }
  });

  it("runs these images, in production and in pre-production alike", () => {
    const image = (name: string, letter: string) =>
      `123456789012.dkr.ecr.us-west-2.amazonaws.com/teamflow/prod/${name}@${digest(letter)}`;
    const [backend, frontend, operator] = [image("backend", "a"), image("frontend", "b"), image("operator", "c")];
    for (const environment of both)
      assert.deepEqual(
        workloadsOf(inNamespace(environment))
          .map(({ name, template }) => [
            name.replace(/-[0-9a-f]{10}$/, ""),
            template.spec?.containers.map((each) => each.image),
          ])
          .sort(([one], [two]) => String(one).localeCompare(String(two))),
        [
          ["backend", [backend]],
          ["backend-analysis", [operator]],
          ["backend-canary", [backend]],
          ["frontend", [frontend]],
          ["frontend-analysis", [operator]],
          ["frontend-canary", [frontend]],
          ["migration", [operator]],
        ],
      );
  });

  it("lets pods reach the databases, the caches and AWS's endpoints by security groups, and nobody else reach them", () => {
    const ingress = stack.resources.filter(({ type }) => type.endsWith(":SecurityGroupIngressRule"));
    assert.deepEqual(
      ingress
        .map(({ inputs: { cidrIpv4, fromPort, referencedSecurityGroupId, toPort }, name }) => [
          name.replace(/-from-.*/, ""),
          cidrIpv4 ?? referencedSecurityGroupId,
          fromPort,
          toPort,
        ])
        .sort(),
      [
        ["prod-cache-access", "teamflow-prod-nodes", 6379, 6379],
        ["prod-database-access", "teamflow-prod-nodes", 5432, 5432],
        ["prod-network-endpoints-access", "teamflow-prod-nodes", 443, 443],
        ["prod-pre-production-cache-access", "teamflow-prod-nodes", 6379, 6379],
        ["prod-pre-production-database-access", "teamflow-prod-nodes", 5432, 5432],
      ],
    );
  });

  it("puts nodes and the API server into the private subnets of three zones, the data into the isolated ones", () => {
    const subnets = (tier: string) => ["a", "b", "c"].map((letter) => `prod-network-${tier}-${letter}-id`);
    const { vpcConfig } = stack.one("aws:eks/cluster:Cluster").inputs;
    assert.deepEqual((vpcConfig as { subnetIds: string[] }).subnetIds, subnets("private"));
    for (const type of ["aws:rds/subnetGroup:SubnetGroup", "aws:elasticache/subnetGroup:SubnetGroup"])
      for (const group of stack.resources.filter((resource) => resource.type === type))
        assert.deepEqual(group.inputs.subnetIds, subnets("isolated"), group.name);
  });

  it("lets delivery into the cluster by a group of its own each, without a policy of EKS's", () => {
    const entries = stack.resources.filter(({ type }) => type === "aws:eks/accessEntry:AccessEntry");
    assert.deepEqual(
      entries.map(({ inputs: { kubernetesGroups, principalArn } }) => [principalArn, kubernetesGroups]).sort(),
      [
        ["arn:aws:iam::123456789012:role/teamflow-prod-deploy", ["slipway:deployers"]],
        ["arn:aws:iam::123456789012:role/teamflow-prod-preview", ["slipway:previewers"]],
      ],
    );
    assert.deepEqual(
      stack.resources.filter(({ type }) => type.includes("accessPolicyAssociation")),
      [],
    );
  });

  it("makes everything in the cluster by the cluster's own provider", () => {
    const providers = new Set(
      stack.resources
        .filter(({ type }) => type.startsWith("kubernetes:"))
        .map(({ provider }) => provider.split("::").slice(2, 4).join("::")),
    );
    assert.equal(providers.size, 1);
    assert.match([...providers][0] ?? "", /prod-platform-connection/);
  });

  it("backs up both databases", () => {
    const { resources } = stack.one("aws:backup/selection:Selection").inputs;
    assert.deepEqual(
      (resources as string[]).toSorted(),
      ["teamflow-prod", "teamflow-prod-pre-production"].map((name) => `arn:aws:rds:us-west-2:123456789012:db:${name}`),
    );
  });
});

describe("stacks/prod with a release database", function () {
  this.timeout(180_000);
  let stack: BuiltStack;
  before(async () => {
    stack = await buildStack("prod", { ...images, releases: {}, runner: { connectionArn } });
  });

  it("lets the runner reach it, and neither pods nor anybody else", () => {
    const group = "teamflow-prod-releases-database";
    assert.deepEqual(
      connections(recordsOf(stack.resources)).filter((line) => line.includes(group)),
      [`teamflow-prod-runner -> ${group} tcp 5432`],
    );
    // The nodes' group is EKS's, of which nothing is recorded above.
    const into = stack.resources.filter(
      ({ inputs, type }) =>
        type.endsWith("IngressRule") && inputs.securityGroupId === "prod-releases-database-access-group-id",
    );
    assert.deepEqual(
      into.map(({ inputs: { fromPort, referencedSecurityGroupId, toPort } }) => [
        referencedSecurityGroupId,
        fromPort,
        toPort,
      ]),
      [["prod-runner-group-group-id", 5432, 5432]],
    );
  });

  it("stands in the isolated subnets, protected, with a standby", () => {
    const { inputs, protect } = stack.one("aws:rds/instance:Instance", "prod-releases-database-instance");
    assert.deepEqual([protect, inputs.deletionProtection, inputs.multiAz], [true, true, true]);
    const { inputs: group } = stack.one("aws:rds/subnetGroup:SubnetGroup", "prod-releases-database-subnets");
    assert.deepEqual(
      group.subnetIds,
      ["a", "b", "c"].map((letter) => `prod-network-isolated-${letter}-id`),
    );
  });

  it("is backed up like the others", () => {
    const { resources } = stack.one("aws:backup/selection:Selection").inputs;
    assert.deepEqual(
      (resources as string[]).toSorted(),
      ["teamflow-prod", "teamflow-prod-pre-production", "teamflow-prod-releases"].map(
        (name) => `arn:aws:rds:us-west-2:123456789012:db:${name}`,
      ),
    );
  });

  it("is named in nothing that pods are given", () => {
    const given = stack.resources.filter(
      ({ name, type }) => type.startsWith("kubernetes:") || /^prod-(pre-production-)?application-/.test(name),
    );
    assert.ok(given.length > 50, `${given.length} things are compared`);
    assert.ok(!/releases\.prod|prod-releases/.test(JSON.stringify(given.map(({ inputs }) => inputs))));
  });

  it("has a role that reads its secret and nothing else, for workflows on the refs that deploy", () => {
    const { inputs: role } = stack.one("aws:iam/role:Role", "prod-releases-access-role");
    assert.equal(role.permissionsBoundary, "arn:aws:iam::123456789012:policy/teamflow-prod-boundary");
    const issuer = "token.actions.githubusercontent.com";
    const [statement] = JSON.parse(String(role.assumeRolePolicy)).Statement;
    assert.deepEqual(statement.Principal, {
      Federated: "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com",
    });
    assert.deepEqual(statement.Condition, {
      StringEquals: { [`${issuer}:aud`]: "sts.amazonaws.com" },
      StringLike: {
        [`${issuer}:sub`]: ["heads/develop", "heads/main", "heads/release/*", "tags/v*.*.*"].flatMap((ref) => [
          `repo:teamflow/teamflow:ref:refs/${ref}`,
          `repo:teamflow@11/teamflow@22:ref:refs/${ref}`,
        ]),
      },
      StringEqualsIfExists: { [`${issuer}:repository_id`]: "22" },
    });
    const { inputs: policy } = stack.one("aws:iam/rolePolicy:RolePolicy", "prod-releases-access-policy");
    assert.equal(policy.role, role.name);
    const secret = "arn:aws:secretsmanager:us-west-2:123456789012:secret:rds!db-prod-releases-database-instance";
    assert.deepEqual(
      JSON.parse(String(policy.policy)).Statement.map(({ Action, Resource }: { Action: string; Resource: string }) => [
        Action,
        Resource,
      ]),
      [
        [["secretsmanager:GetSecretValue"], [secret]],
        [["kms:Decrypt"], ["arn:aws:kms:us-west-2:123456789012:key/prod-keys-secrets-id"]],
      ],
    );
    assert.ok(
      !stack.resources.some(
        ({ inputs, type }) => type === "aws:iam/rolePolicyAttachment:RolePolicyAttachment" && inputs.role === role.name,
      ),
    );
  });

  it("tells the repository's workflows that role", () => {
    const { inputs, provider } = stack.one("github:index/actionsVariable:ActionsVariable");
    assert.deepEqual(
      [inputs.repository, inputs.variableName, inputs.value],
      ["teamflow", "SLIPWAY_RELEASE_ROLE", "arn:aws:iam::123456789012:role/teamflow-prod-release"],
    );
    assert.match(provider, /prod-github-provider/);
  });

  it("tells where the commands find it", () => {
    assert.deepEqual((stack.result as { releases: unknown }).releases, {
      host: "database.releases.prod",
      port: 5432,
      name: "slipway",
      owner: "arn:aws:secretsmanager:us-west-2:123456789012:secret:rds!db-prod-releases-database-instance",
    });
  });
});

describe("stacks/prod, by its settings", function () {
  this.timeout(180_000);

  it("has no pods without images, and migrates by itself then", async () => {
    const stack = await buildStack("prod");
    assert.deepEqual(workloadsOf(objectsOf(stack)), []);
    const migrations = stack.resources.filter(({ type }) => type === "pulumi-nodejs:dynamic/slipway:Migrations");
    assert.deepEqual(migrations.map(({ inputs }) => (inputs.database as { database: string }).database).sort(), [
      "teamflow_pre",
      "teamflow_prod",
    ]);
  });

  it("is without pre-production what it is with it, and nothing of the other's", async () => {
    const alone = await buildStack("prod", { preProduction: undefined });
    const names = alone.resources.map(({ name }) => name);
    assert.deepEqual(
      names.filter((name) => name.startsWith("prod-pre-production-")),
      [],
    );
    assert.equal(alone.one("aws:rds/instance:Instance").name, "prod-database-instance");
    assert.deepEqual(
      ofKind(objectsOf(alone), "NetworkPolicy").filter(({ metadata }) => metadata?.namespace !== "teamflow"),
      [],
    );
  });

  it("lets a runner in the VPC reach both databases, the API server and the endpoints, and nothing else", async () => {
    const stack = await buildStack("prod", { runner: { connectionArn } });
    const from = stack.resources
      .filter(
        ({ inputs, type }) =>
          type.endsWith("IngressRule") && inputs.referencedSecurityGroupId === "prod-runner-group-group-id",
      )
      .map(({ name }) => name);
    assert.deepEqual(from.sort(), [
      "prod-database-access-from-runner-5432",
      "prod-network-endpoints-access-from-runner-443",
      "prod-platform-endpoint-from-runner-443",
      "prod-pre-production-database-access-from-runner-5432",
    ]);
  });

  it("gives people the level that settings name", async () => {
    const role = "arn:aws:iam::123456789012:role/oncall";
    const stack = await buildStack("prod", { "kubernetes.access": [{ role, level: "view", namespace: "teamflow" }] });
    const { inputs } = stack.one("aws:eks/accessPolicyAssociation:AccessPolicyAssociation");
    assert.deepEqual(
      [inputs.principalArn, inputs.accessScope],
      [role, { type: "namespace", namespaces: ["teamflow"] }],
    );
    assert.match(String(inputs.policyArn), /AmazonEKSViewPolicy$/);
  });
});
