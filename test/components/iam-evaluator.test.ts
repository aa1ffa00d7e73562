import assert from "node:assert/strict";
import { allow, deny, type IamConditions, policy, policyLimits, policyText } from "../../components/iam-policy.ts";
import { judge, trusts } from "../support/iam-evaluator.ts";

/** The evaluator is what the tests of the roles rest on, so that it is held to IAM's own rules first. */
describe("test/support/iam-evaluator", () => {
  const ask = { action: "s3:GetObject", resource: "arn:aws:s3:::a/b" };
  const everything = policy(allow("All", ["*"]));

  it("permits nothing that is not permitted", () => {
    assert.equal(judge({ policies: [] }, ask), "not allowed");
    assert.equal(judge({ policies: [policy(allow("Other", ["s3:PutObject"]))] }, ask), "not allowed");
  });

  it("lets one deny win over every allow", () =>
    assert.equal(judge({ policies: [everything, policy(deny("No", ["s3:*"]))] }, ask), "denied"));

  it("needs the boundary to permit it too, which by itself gives nothing", () => {
    assert.equal(judge({ policies: [everything], boundary: everything }, ask), "allowed");
    assert.equal(judge({ policies: [everything], boundary: policy(allow("Ec2", ["ec2:*"])) }, ask), "not allowed");
    assert.equal(judge({ policies: [], boundary: everything }, ask), "not allowed");
    assert.equal(judge({ policies: [everything], boundary: policy(deny("No", ["*"])) }, ask), "denied");
  });

  it("compares actions without regard to case, resources with", () => {
    assert.equal(judge({ policies: [policy(allow("A", ["S3:getobject"]))] }, ask), "allowed");
    assert.equal(judge({ policies: [policy(allow("A", ["s3:*"], ["arn:aws:s3:::A/*"]))] }, ask), "not allowed");
  });

  it("reads NotAction and NotResource as everything else", () => {
    const all = { Effect: "Allow", Resource: ["*"] } as const;
    assert.equal(judge({ policies: [policy({ Sid: "A", ...all, NotAction: ["s3:*"] })] }, ask), "not allowed");
    assert.equal(judge({ policies: [policy({ Sid: "A", ...all, NotAction: ["ec2:*"] })] }, ask), "allowed");
    const but = { Sid: "A", Effect: "Allow", Action: ["*"], NotResource: ["arn:aws:s3:::a/*"] } as const;
    assert.equal(judge({ policies: [policy(but)] }, ask), "not allowed");
    assert.equal(judge({ policies: [policy(but)] }, { ...ask, resource: "arn:aws:s3:::c/b" }), "allowed");
  });

  const conditions: readonly [IamConditions, Record<string, string | string[]>, boolean][] = [
    [{ StringEquals: { k: ["a", "b"] } }, { K: "b" }, true],
    [{ StringEquals: { k: "a*" } }, { k: "ab" }, false],
    [{ StringEquals: { k: "a" } }, {}, false],
    [{ StringEqualsIfExists: { k: "a" } }, {}, true],
    [{ StringEqualsIfExists: { k: "a" } }, { k: "b" }, false],
    [{ StringNotEquals: { k: ["a", "b"] } }, { k: "b" }, false],
    [{ StringNotEquals: { k: "a" } }, {}, true],
    [{ StringLike: { k: "a?c*" } }, { k: "abcd" }, true],
    [{ ArnLike: { k: "arn:aws:rds:*:1:db:x" } }, { k: "arn:aws:rds:r:1:db:x" }, true],
    [{ ArnLike: { k: "arn:aws:rds:*:db:x" } }, { k: "arn:aws:rds:r:1:db:x" }, false],
    [{ Bool: { k: "true" } }, { k: "true" }, true],
    [{ Null: { k: "true" } }, {}, true],
    [{ Null: { k: "false" } }, {}, false],
    [{ "ForAnyValue:StringEquals": { k: "a" } }, { k: ["b", "a"] }, true],
    [{ "ForAnyValue:StringEquals": { k: "a" } }, {}, false],
    [{ "ForAllValues:StringLike": { k: "a*" } }, { k: ["ab", "b"] }, false],
    [{ "ForAllValues:StringLike": { k: "a*" } }, {}, true],
    [{ "ForAllValues:StringNotEquals": { k: "a" } }, { k: ["a", "b"] }, false],
    [{ StringEquals: { k: "a", other: "b" } }, { k: "a" }, false],
  ];
  for (const [condition, context, expected] of conditions) {
    it(`${JSON.stringify(condition)} ${expected ? "holds" : "does not hold"} for ${JSON.stringify(context)}`, () => {
      const verdict = judge({ policies: [policy(allow("A", ["*"], ["*"], condition))] }, { ...ask, context });
      assert.equal(verdict, expected ? "allowed" : "not allowed");
    });
  }

  it("does not guess at an operator that it does not know", () =>
    assert.throws(
      () =>
        judge(
          { policies: [policy(allow("A", ["*"], ["*"], { DateLessThan: { k: "x" } }))] },
          { ...ask, context: { k: "x" } },
        ),
      /does not know the operator DateLessThan/,
    ));

  it("tells whom a role trusts", () => {
    const trust = policy({
      Sid: "A",
      Effect: "Allow",
      Principal: { Federated: "provider" },
      Action: ["sts:AssumeRoleWithWebIdentity"],
      Condition: { StringEquals: { sub: "x" } },
    });
    assert.equal(trusts(trust, "provider", { sub: "x" }), true);
    assert.equal(trusts(trust, "another", { sub: "x" }), false);
    assert.equal(trusts(trust, "provider", { sub: "y" }), false);
  });
});

describe("components/iam-policy", () => {
  it("stops before AWS would refuse a policy for its length, and says by how much", () => {
    const filled = (size: number) =>
      policy(allow("A".repeat(size - JSON.stringify(policy(allow("", ["*"]))).length), ["*"]));
    for (const kind of ["managed", "trust"] as const) {
      assert.equal(policyText("p", filled(policyLimits[kind]), kind).length, policyLimits[kind]);
      assert.throws(
        () => policyText("p", filled(policyLimits[kind] + 1), kind),
        new RegExp(
          `^RangeError: The ${kind} policy p has ${policyLimits[kind] + 1} characters, AWS takes ${policyLimits[kind]}`,
        ),
      );
    }
  });

  it("does not count white space, as AWS does not", () =>
    assert.ok(policyText("p", policy(allow("A", [" ".repeat(7000)])), "managed")));
});
