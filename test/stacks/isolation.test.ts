import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { stateBucketName, stateKeyAlias, stateObjects } from "../../delivery/backend/names.ts";
import { statefulTypes } from "../../delivery/cli/stateful.ts";
import { type AddressRange, overlaps, parseCidr } from "../../infra/cidr.ts";
import { checkoutRoot } from "../../sandbox/paths.ts";
import { judge } from "../support/iam-evaluator.ts";
import { arnOf } from "./support/arns.ts";
import { isBuilt, physicalNames } from "./support/physical-names.ts";
import { arnsNamedIn, resourcePoliciesOf, rolesOf } from "./support/policies.ts";
import { type BuiltStack, buildStack } from "./support/stacks.ts";

// Names of which one begins like the other are the ones that a wildcard in a policy confuses.
const names = ["staging", "dev", "pr-1", "pr-2", "pr-12"] as const;

describe("stacks of one account", function () {
  this.timeout(60_000);
  const stacks: BuiltStack[] = [];
  before(async () => {
    for (const name of names) stacks.push(await buildStack(name));
  });
  const each = () => stacks.map((stack) => ({ stack, others: stacks.filter((other) => other !== stack) }));

  it("share no address", () => {
    for (const { others, stack } of each())
      for (const other of others)
        assert.ok(!overlaps(rangeOf(stack), rangeOf(other)), `${stack.stack} and ${other.stack} overlap`);
  });

  it("share no name of anything", () => {
    const owners = new Map<string, string[]>();
    for (const stack of stacks)
      for (const name of physicalNames(stack)) owners.set(name, [...(owners.get(name) ?? []), stack.stack]);
    assert.deepEqual(
      [...owners].filter(([, by]) => by.length > 1),
      [],
    );
    assert.ok(owners.size > 300, `${owners.size} names were compared`);
  });

  it("begin the logical name of every resource with their own", () => {
    for (const { resources, stack } of stacks)
      assert.deepEqual(
        resources.map(({ name }) => name).filter((name) => !name.startsWith(`${stack}-`)),
        [],
      );
  });

  it("put their four tags on everything that takes tags", () => {
    for (const { resources, settings, stack } of stacks) {
      const taggable = resources.filter(isBuilt).filter(({ type }) => takesTags(type));
      assert.ok(taggable.length > 80, `${taggable.length} resources of ${stack} take tags`);
      const expected = { Project: "teamflow", Environment: settings.environment, Stack: stack, ManagedBy: "pulumi" };
      for (const { inputs, name } of taggable) {
        const { Environment, ManagedBy, Project, Stack } = (inputs.tags ?? {}) as Record<string, string>;
        assert.deepEqual({ Project, Environment, Stack, ManagedBy }, expected, name);
      }
    }
  });

  it("name in no policy of a key, a topic or an endpoint, and in no trust, anything of another stack", () => {
    for (const { others, stack } of each()) {
      const trusts = rolesOf(stack).map(({ name, trust }) => ({ where: `trust of ${name}`, document: trust }));
      const policies = [...resourcePoliciesOf(stack), ...trusts];
      assert.ok(policies.length >= 15, `${policies.length} documents of ${stack.stack}`);
      const named = policies
        .flatMap(({ document, where }) => arnsNamedIn(document).map((arn) => ({ arn, where })))
        .filter(({ arn }) => !sourcesOfAccount.test(arn));
      const foreign = others.flatMap(thingsOf).filter(({ arn }) => !sharedByDesign(arn));
      const found = named.flatMap(({ arn, where }) =>
        foreign.filter((thing) => matches(arn, thing.arn)).map((thing) => `${where} names ${thing.arn} by ${arn}`),
      );
      assert.deepEqual(found, []);
    }
  });

  it("let none of their roles do anything to a thing of another stack", () => {
    for (const { others, stack } of each()) {
      const foreign = others.flatMap(thingsOf).filter(({ arn }) => !sharedByDesign(arn));
      assert.deepEqual(grants(stack, foreign), []);
    }
  });

  it("do let their roles do things to their own, so that the test above looks at something", () => {
    for (const stack of stacks) {
      const own = grants(stack, thingsOf(stack));
      assert.ok(own.length > (stack.stack.startsWith("pr-") ? 10 : 300), `${stack.stack}: ${own.length}`);
    }
  });

  it("bound every role where workflows deploy, and only there", () => {
    for (const stack of stacks) {
      const roles = rolesOf(stack);
      const bounded = roles.filter(({ boundary }) => boundary !== undefined);
      assert.equal(bounded.length, stack.stack.startsWith("pr-") ? 0 : roles.length, stack.stack);
      assert.ok(roles.length >= 9, `${roles.length} roles of ${stack.stack}`);
    }
  });

  it("protect what holds data in staging, and nothing in what is thrown away", () => {
    for (const { resources, stack } of stacks) {
      const holding = resources.filter(({ type }) => statefulTypes.includes(type));
      const open = holding.filter(({ protect }) => !protect).map(({ name }) => name);
      if (stack === "staging") assert.deepEqual(open.sort(), openInStaging);
      else assert.equal(open.length, holding.length, stack);
    }
  });
});

/**
 * What holds something in staging and is not protected by the engine, each for a reason: the cluster's services and the
 * flags are made anew by `up`; a secret's value goes only with the secret, which is protected; what services log is kept
 * elsewhere when it matters, and a service that is given up takes its log with it.
 */
const openInStaging = [
  "staging-backend-task-log",
  "staging-flags-set",
  "staging-frontend-task-log",
  "staging-platform-cluster",
  "staging-platform-exec-log",
  "staging-secrets-secret-key-value",
  "staging-tasks-task-log",
];

/** An account has one provider of GitHub's identities, whoever made it; trusting it says nothing of the stack that did. */
const sharedByDesign = (arn: string) => arn.includes(":oidc-provider/");

/**
 * Whose requests may come with a role, in its trust: tasks and flow logs of the account and region. ECS compares no more than that
 * (developer guide, "Confused deputy": "use * to specify all clusters"), a flow log is made after its role. Who hands a role over needs
 * `iam:PassRole` on it, which the next test judges.
 */
const sourcesOfAccount = /^arn:(aws|\*):(ecs:us-west-2:\d{12}:\*|ec2:us-west-2:\d{12}:vpc-flow-log\/\*)$/;

interface Thing {
  readonly arn: string;
  /** What IAM knows of a request that is about it. */
  readonly context: Readonly<Record<string, string | readonly string[]>>;
}

/** Everything of a stack that has an ARN, and the password that RDS keeps for it. */
function thingsOf({ resources, stack }: BuiltStack): Thing[] {
  const context = { "aws:RequestedRegion": "us-west-2", "aws:ResourceTag/Stack": stack };
  const hosts = resources
    .filter(({ type }) => type === "aws:route53/record:Record")
    .map(({ inputs }) => String(inputs.name));
  const arns = resources.flatMap((resource) => {
    const arn = arnOf(resource);
    if (arn === undefined) return [];
    const alias = resources.find(
      ({ inputs, type }) => type === "aws:kms/alias:Alias" && inputs.targetKeyId === `${resource.name}-id`,
    );
    return [
      {
        arn,
        context: {
          ...context,
          ...(alias && {
            "kms:ResourceAliases": [String(alias.inputs.name)],
            "kms:CallerAccount": "123456789012",
            "kms:ViaService": "secretsmanager.us-west-2.amazonaws.com",
            "kms:GrantIsForAWSResource": "true",
          }),
          ...(arn.includes(":hostedzone/") && {
            "route53:ChangeResourceRecordSetsNormalizedRecordNames": hosts,
          }),
          ...(arn.includes(":role/") && { "iam:PassedToService": "ecs-tasks.amazonaws.com" }),
        },
      },
    ];
  });
  const database = arns.find(({ arn }) => arn.includes(":rds:") && arn.includes(":db:"));
  return [
    ...arns,
    {
      arn: `arn:aws:secretsmanager:us-west-2:123456789012:secret:rds!db-${stack}-database-instance`,
      context: { ...context, "aws:ResourceTag/aws:rds:primaryDBInstanceArn": database?.arn ?? "" },
    },
    { arn: `arn:aws:rds-db:us-west-2:123456789012:dbuser:db-${stack}/teamflow_app`, context },
    ...stateOf(stack),
  ];
}

/** A stack's part of the one bucket with everybody's state, and the bucket's key as it is used for this stack's secrets. */
function stateOf(stack: string): Thing[] {
  const place = { application: "teamflow", accountId: "123456789012", region: "us-west-2" };
  const context = { "aws:RequestedRegion": "us-west-2" };
  return [
    ...stateObjects(stack).map((pattern) => ({
      arn: `arn:aws:s3:::${stateBucketName(place)}/${pattern.replaceAll("*", "x")}`,
      context,
    })),
    {
      arn: "arn:aws:kms:us-west-2:123456789012:key/state",
      context: {
        ...context,
        "kms:ResourceAliases": [stateKeyAlias(place.application)],
        "kms:EncryptionContext:Stack": stack,
      },
    },
  ];
}

/** What the roles of a stack may do to things, each statement judged by itself within the role's boundary. */
function grants(stack: BuiltStack, things: readonly Thing[]): string[] {
  return rolesOf(stack).flatMap(({ boundary, name, policies }) =>
    policies
      .flatMap(({ document }) => document.Statement)
      .filter(({ Effect }) => Effect === "Allow")
      .flatMap((statement) => {
        const document = { Version: "2012-10-17" as const, Statement: [statement] };
        const identity = { policies: [document], ...(boundary && { boundary }) };
        return things.flatMap(({ arn, context }) =>
          actionsOn(arn, statement.Action ?? [])
            .filter((action) => judge(identity, { action, resource: arn, context }) === "allowed")
            .map((action) => `${name} may ${action} ${arn} (${statement.Sid})`),
        );
      }),
  );
}

/** Those of a statement's actions that can be about a thing: a wildcard stands for any action of its service. */
function actionsOn(arn: string, actions: readonly string[]): string[] {
  const service = arn.split(":")[2] ?? "";
  return actions
    .filter((action) => action === "*" || action.startsWith(`${service}:`))
    .filter((action) => !withoutResource.includes(action))
    .map((action) => (action === "*" ? `${service}:Anything` : action.replaceAll("*", "Anything")));
}

/**
 * Actions that are about no resource, so that IAM compares none, or about the account's one provider of GitHub's identities.
 * Source: Service Authorization Reference.
 */
const withoutResource = ["ecr:GetAuthorizationToken", "iam:GetOpenIDConnectProvider", "logs:DescribeLogGroups"];

function rangeOf({ settings }: BuiltStack): AddressRange {
  return parseCidr(settings.network?.cidr ?? "") as AddressRange;
}

/** Whether the npm package says that a type of resource takes tags; GitHub's and our own take none. */
function takesTags(type: string): boolean {
  const [pkg, module = ""] = type.split(":");
  if (pkg !== "aws") return false;
  const file = path.join(checkoutRoot, "node_modules/@pulumi/aws", `${module}.d.ts`);
  assert.ok(existsSync(file), `${type} is described in ${file}`);
  return /^ {4}tags\?: pulumi\.Input</m.test(readFileSync(file, "utf8"));
}

/** As ARNs are matched in policies: `*` and `?` are wildcards. */
function matches(pattern: string, arn: string): boolean {
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${expression}$`).test(arn);
}
