import assert from "node:assert/strict";
import fc from "fast-check";
import { type NameKind, type NamingContext, nameLimits, physicalName, tags } from "../../infra/naming.ts";

const kinds = Object.keys(nameLimits) as NameKind[];
const staging: NamingContext = { application: "teamflow", stack: "staging", environment: "staging" };

const word = fc.stringMatching(/^[a-z0-9]{1,12}(-[a-z0-9]{1,12}){0,3}$/);
const context = fc.record({ application: word, stack: word, environment: fc.constant("staging") });
const parts = fc.array(word, { maxLength: 5 });

describe("infra/naming", () => {
  for (const [kind, names, expected] of [
    ["loadBalancer", ["public"], "teamflow-staging-public"],
    ["postgresIdentifier", [], "teamflow_staging"],
    ["postgresIdentifier", ["read-only"], "teamflow_staging_read_only"],
    ["logGroup", ["backend"], "/teamflow/staging/backend"],
    ["kmsAlias", ["data"], "alias/teamflow-staging-data"],
    ["secret", ["database", "master"], "teamflow/staging/database/master"],
    ["targetGroup", ["backend", "green"], "teamflow-staging-backend-green"],
    ["targetGroup", ["a-service-with-a-long-name", "green"], "teamflow-staging-a-serv-cea23ea4"],
  ] as const) {
    it(`names a ${kind} ${expected}`, () => {
      assert.equal(physicalName(staging, kind, ...names), expected);
    });
  }

  it("never makes a name longer than its service accepts", () => {
    fc.assert(
      fc.property(context, fc.constantFrom(...kinds), parts, (where, kind, names) => {
        assert.ok(physicalName(where, kind, ...names).length <= nameLimits[kind]);
      }),
    );
  });

  it("keeps different things apart, shortened or not", () => {
    fc.assert(
      fc.property(context, fc.constantFrom(...kinds), parts, parts, (where, kind, one, other) => {
        fc.pre(one.join("-") !== other.join("-"));
        assert.notEqual(physicalName(where, kind, ...one), physicalName(where, kind, ...other));
      }),
      { numRuns: 1000 },
    );
  });

  it("keeps long names that differ only in their end apart", () => {
    const long = "a".repeat(60);
    assert.notEqual(physicalName(staging, "targetGroup", long, "x"), physicalName(staging, "targetGroup", long, "y"));
  });

  it("keeps the stacks of one application apart", () => {
    fc.assert(
      fc.property(context, word, fc.constantFrom(...kinds), parts, (where, stack, kind, names) => {
        fc.pre(stack !== where.stack && ![stack, where.stack].some((name) => name.includes("-")));
        assert.notEqual(physicalName(where, kind, ...names), physicalName({ ...where, stack }, kind, ...names));
      }),
    );
  });

  it("gives the same name for the same thing", () => {
    fc.assert(
      fc.property(context, fc.constantFrom(...kinds), parts, (where, kind, names) => {
        assert.equal(physicalName(where, kind, ...names), physicalName({ ...where }, kind, ...names));
      }),
    );
  });

  it("does not let the environment's name, a display name, change an identity", () => {
    assert.equal(
      physicalName({ ...staging, environment: "other" }, "iamRole", "deploy"),
      physicalName(staging, "iamRole", "deploy"),
    );
  });

  for (const part of ["Backend", "a_b", "", "-a", "a-", "a--b", "ä", "a/b"]) {
    it(`refuses "${part}" as a part of a name`, () => {
      assert.throws(() => physicalName(staging, "iamRole", part), RangeError);
    });
  }

  it("tags with who, where and by whom", () => {
    assert.deepEqual(tags(staging, "Public load balancer"), {
      Project: "teamflow",
      Environment: "staging",
      Stack: "staging",
      ManagedBy: "pulumi",
      Name: "Public load balancer",
    });
    assert.deepEqual(Object.keys(tags(staging)), ["Project", "Environment", "Stack", "ManagedBy"]);
  });
});
