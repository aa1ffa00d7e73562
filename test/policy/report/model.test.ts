import assert from "node:assert/strict";
import { exemptionsOf } from "../../../policy/exemptions.ts";
import type { Judgement, Verdict } from "../../../policy/judge.ts";
import { planReport, type ReportFacts } from "../../../policy/report/model.ts";
import type { JudgedResource } from "../../../policy/resource.ts";
import type { Enforcement, ResourceRule } from "../../../policy/rule.ts";

const rule = (name: string, ...controls: ResourceRule["controls"]): ResourceRule => ({
  name,
  title: name,
  severity: "high",
  category: "cost",
  description: "It holds.",
  rationale: "It should.",
  remediation: "Make it hold.",
  controls,
  appliesTo: ["a:b:C"],
  judge: () => [],
});
const [one, other] = [rule("one", "SOC2 CC6.1", "GDPR 32(1)(a)"), rule("other", "SOC2 CC6.1", "SOC2 CC7.2")];

const resource = (name: string): JudgedResource => ({
  urn: `urn:pulumi:prod::p::a:b:C::${name}`,
  type: "a:b:C",
  name,
  stack: "prod",
  props: {},
  protect: false,
  dependencies: {},
});
const exemption = {
  policy: "one",
  stack: "prod",
  resource: "a:b:C x",
  finding: "is wrong.",
  reason: "Nobody is hurt by it for the time being.",
  owner: "a",
  approver: "b",
  expires: "2026-12-31",
};

const judgement = (of: ResourceRule, verdict: Verdict, enforcement: Enforcement = "mandatory"): Judgement => ({
  rule: of,
  enforcement,
  resource: resource("x"),
  verdict,
  findings:
    verdict === "failed" ? [{ text: "is wrong." }] : verdict === "exempt" ? [{ text: "is wrong.", exemption }] : [],
  ...((verdict === "error" || verdict === "unknown") && { reason: "x" }),
});

const report = (judgements: readonly Judgement[], more: Partial<ReportFacts> = {}) =>
  planReport({
    stack: "prod",
    kind: "state",
    digest: "0".repeat(64),
    resources: 1,
    judgedAt: "2026-12-01T00:00:00.000Z",
    pack: "all",
    version: "0.1.0",
    selected: [one, other].map((each) => ({ rule: each, enforcement: "mandatory" })),
    judgements,
    exemptions: exemptionsOf([], "2026-12-01"),
    ...more,
  });
const statusOf = (judgements: readonly Judgement[], id: string) =>
  report(judgements).controls.find((control) => control.id === id)?.status;

describe("policy/report/model", () => {
  it("says of a control the worst that its policies found", () => {
    for (const [verdicts, status] of [
      [["passed", "failed"], "failed"],
      [["exempt", "error"], "failed"],
      [["passed", "unknown"], "unknown"],
      [["passed", "exempt"], "exempt"],
      [["passed", "passed"], "passed"],
    ] as const)
      assert.equal(
        statusOf([judgement(one, verdicts[0]), judgement(other, verdicts[1])], "SOC2 CC6.1"),
        status,
        verdicts.join(),
      );
  });

  it("tells a control that nothing covers from one whose policies have nothing to judge", () => {
    assert.equal(statusOf([judgement(one, "passed")], "SOC2 CC7.2"), "notApplicable");
    assert.equal(statusOf([judgement(one, "passed")], "GDPR 32(1)(a)"), "passed");
    assert.equal(statusOf([judgement(one, "passed")], "ISO27001 A.7.1"), "notCovered");
  });

  it("lists every control there is, and for a pack of one framework that framework's", () => {
    assert.deepEqual(new Set(report([]).controls.map(({ framework }) => framework)).size, 6);
    const { controls, frameworks } = report([], { about: ["GDPR"] });
    assert.deepEqual(new Set(controls.map(({ framework }) => framework)), new Set(["GDPR"]));
    assert.deepEqual(
      frameworks.map(({ key }) => key),
      ["GDPR"],
    );
  });

  it("is not compliant by a mandatory violation, and by a policy that failed whatever its level", () => {
    assert.ok(report([judgement(one, "passed"), judgement(one, "exempt"), judgement(one, "unknown")]).compliant);
    assert.ok(report([judgement(one, "failed", "advisory")]).compliant);
    assert.ok(!report([judgement(one, "failed")]).compliant);
    assert.ok(!report([judgement(one, "error", "advisory")]).compliant);
  });

  it("is not compliant with an exemption that has expired or that nothing needs, of the policies that were asked", () => {
    const unused = exemptionsOf([exemption], "2026-12-01");
    const expired = exemptionsOf([exemption], "2027-01-01");
    assert.deepEqual(report([], { exemptions: unused }).exemptions.unused, [exemption]);
    assert.ok(!report([], { exemptions: unused }).compliant);
    assert.deepEqual(report([], { exemptions: expired }).exemptions.expired, [exemption]);
    assert.ok(!report([], { exemptions: expired }).compliant);
    const selected = [{ rule: other, enforcement: "mandatory" as const }];
    assert.ok(report([], { exemptions: unused, selected }).compliant);
    assert.ok(report([], { exemptions: expired, stack: "staging" }).compliant);
  });

  it("counts, and lists the exemptions that were needed once", () => {
    const { counts, exemptions, policies } = report([
      judgement(one, "exempt"),
      judgement(one, "exempt"),
      judgement(other, "passed"),
    ]);
    assert.deepEqual(counts, { passed: 1, failed: 0, exempt: 2, unknown: 0, error: 0 });
    assert.deepEqual(exemptions.used, [exemption]);
    assert.equal(policies.find(({ name }) => name === "one")?.counts.exempt, 2);
  });
});
