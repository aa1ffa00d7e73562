import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { statefulTypes } from "../../delivery/cli/stateful.ts";
import { type AddressRange, overlaps, parseCidr } from "../../infra/cidr.ts";
import { checkoutRoot } from "../../sandbox/paths.ts";
import { grants, matches, thingsOf } from "./support/grants.ts";
import { isBuilt, physicalNames } from "./support/physical-names.ts";
import { arnsNamedIn, resourcePoliciesOf, rolesOf } from "./support/policies.ts";
import { type BuiltStack, buildStack } from "./support/stacks.ts";

// Names of which one begins like the other are the ones that a wildcard in a policy confuses.
const names = ["prod", "staging", "dev", "pr-1", "pr-2", "pr-12"] as const;

describe("stacks of one account", function () {
  this.timeout(180_000);
  const stacks: BuiltStack[] = [];
  before(async () => {
    // The account has one provider of GitHub's identities, which staging makes; in an account of its own prod has one of its own.
    for (const name of names)
      stacks.push(
        await buildStack(name, name === "prod" ? { "identity.createOidcProvider": false, releases: {} } : {}),
      );
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
      for (const { inputs, name } of taggable) {
        const { Environment, ManagedBy, Project, Stack } = (inputs.tags ?? {}) as Record<string, string>;
        const environment = isPreProduction(name) ? "preProduction" : settings.environment;
        const expected = { Project: "teamflow", Environment: environment, Stack: stack, ManagedBy: "pulumi" };
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

  it("let no pod of production or of pre-production do anything to a thing of the other", () => {
    const prod = stacks.find(({ stack }) => stack === "prod");
    assert.ok(prod);
    const side = (beside: boolean): BuiltStack => ({
      ...prod,
      resources: prod.resources.filter(({ name }) => isTenant(name) && isPreProduction(name) === beside),
    });
    for (const beside of [true, false]) {
      const [own, other] = [side(beside), side(!beside)];
      const others = thingsOf(other).filter(({ arn }) => !arn.includes("pulumi-state"));
      assert.deepEqual(grants(own, others), []);
      const may = grants(own, thingsOf(own));
      for (const action of ["rds-db:connect", "elasticache:Connect", "secretsmanager:GetSecretValue"])
        assert.ok(
          may.some((line) => line.includes(` may ${action} `)),
          `${action}: ${may}`,
        );
    }
  });

  it("let no pod do anything to the release database", () => {
    const prod = stacks.find(({ stack }) => stack === "prod");
    assert.ok(prod);
    const part = (belongs: (name: string) => boolean): BuiltStack => ({
      ...prod,
      resources: prod.resources.filter(({ name }) => belongs(name)),
    });
    const store = thingsOf(part((name) => name.startsWith("prod-releases-")));
    assert.ok(store.some(({ arn }) => arn.includes(":secret:rds!db-prod-releases-")));
    assert.deepEqual(grants(part(isTenant), store), []);
  });

  it("protect what holds data in staging, and nothing in what is thrown away", () => {
    for (const { resources, stack } of stacks) {
      const holding = resources.filter(({ type }) => statefulTypes.includes(type));
      const open = holding.filter(({ protect }) => !protect).map(({ name }) => name);
      if (stack === "staging") assert.deepEqual(open.sort(), openInStaging);
      else if (stack === "prod") assert.deepEqual(open.sort(), openInProd);
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

/** As in staging; a namespace holds nothing that `up` does not make anew: what is kept is in the database and in the cache. */
const openInProd = [
  "prod-application-space-namespace",
  "prod-edge-firewall-log",
  "prod-flags-set",
  "prod-platform-log",
  "prod-pre-production-application-space-namespace",
  "prod-pre-production-flags-set",
  "prod-pre-production-secrets-pre-production-secret-key-value",
  "prod-secrets-secret-key-value",
];

/** Whether a resource is pre-production's, by its logical name. */
const isPreProduction = (name: string) => name.startsWith("prod-pre-production-");

/** Whether a resource of prod belongs to one of its two environments, and not to both. */
const isTenant = (name: string) => /^prod-(pre-production-)?(application|cache|database|edge|secrets)-/.test(name);

/** An account has one provider of GitHub's identities, whoever made it; trusting it says nothing of the stack that did. */
const sharedByDesign = (arn: string) => arn.includes(":oidc-provider/");

/**
 * Whose requests may come with a role, in its trust: tasks and flow logs of the account and region. ECS compares no more than that
 * (developer guide, "Confused deputy": "use * to specify all clusters"), a flow log is made after its role. Who hands a role over needs
 * `iam:PassRole` on it, which the next test judges.
 */
const sourcesOfAccount = /^arn:(aws|\*):(ecs:us-west-2:\d{12}:\*|ec2:us-west-2:\d{12}:vpc-flow-log\/\*)$/;

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
