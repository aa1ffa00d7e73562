import assert from "node:assert/strict";
import fc from "fast-check";
import type { EvidenceFacts } from "../../../delivery/evidence/facts.ts";
import { type EvidencePlan, planEvidence } from "../../../delivery/evidence/plan.ts";
import type { Deployment, Promotion } from "../../../delivery/release/model.ts";
import { deployment, digest, promotion } from "../metrics/support/facts.ts";
import { at, bundleOf, evidenceOf, goodRelease, rules, seal } from "./support/release.ts";

function plan(change: (good: EvidenceFacts) => Partial<EvidenceFacts>, id = 1): EvidencePlan {
  const good = goodRelease();
  return planEvidence(rules, { ...good, ...change(good) }, id, seal);
}

/** Of each document that is not complete: its state and what it says is missing. */
function gaps(made: EvidencePlan): Record<string, string> {
  const lacking = made.documents.filter(({ state }) => state !== "complete");
  return Object.fromEntries(lacking.map((one) => [one.key, `${one.state}: ${one.gaps.join(" ")}`]));
}

const withDeployment = (good: EvidenceFacts, given: Partial<Deployment>) => ({
  deployments: good.deployments.map((one) => (one.id === 1 ? { ...one, ...given } : one)),
});
const without = (good: EvidenceFacts, validation: string) => ({
  evidence: good.evidence.filter((one) => one.validation !== validation),
});

describe("the evidence of a deployment", () => {
  it("has all eight documents when all that they are made of is stored", () => {
    const made = plan(() => ({}));
    assert.deepEqual(gaps(made), {});
    assert.ok(made.complete);
    assert.deepEqual([...made.sealed.files.keys()].sort(), [
      "01-change-request.md",
      "02-approval-records.md",
      "03-security-compliance-review.md",
      "04-testing-evidence.md",
      "05-deployment-plan.md",
      "06-rollback-plan.md",
      "07-post-deployment-verification.md",
      "08-issues-and-incidents.md",
      "README.md",
      "facts.json",
      "index.json",
      "manifest.json",
    ]);
  });

  it("says who approved what, as whom, when, and having seen which bundle", () => {
    const text = plan(() => ({})).sealed.files.get("02-approval-records.md") ?? "";
    assert.match(
      text,
      /\| github:ann \| Release Manager \| \*\*approved\*\* \| 2026-11-03 14:30:00 UTC \| in GitHub \| sha256:[0-9a-f]{64} \| version 3 \| Looks good \|/,
    );
  });

  const table: readonly [
    what: string,
    change: (good: EvidenceFacts) => Partial<EvidenceFacts>,
    expected: Record<string, RegExp>,
  ][] = [
    [
      "a validation that nobody showed",
      (good) => without(good, "security-review"),
      {
        "security-compliance-review":
          /^missing: No evidence from before the deployment: Security review \(security-review, in production\)\.$/,
      },
    ],
    [
      "a test of an environment before",
      (good) => without(good, "unit-tests"),
      { "testing-evidence": /^missing: .*unit-tests, in staging/ },
    ],
    [
      "a readiness check",
      (good) => without(good, "release-notes-published"),
      { "deployment-plan": /^incomplete: .*release-notes-published/ },
    ],
    [
      "a tested way back",
      (good) => without(good, "rollback-plan-tested"),
      { "rollback-plan": /^missing: .*rollback-plan-tested/ },
    ],
    [
      "a validation that failed last",
      (good) => ({
        evidence: [
          ...good.evidence,
          evidenceOf(1, "security-review", "production", { verdict: "failed", recordedAt: at("14:00") }),
        ],
      }),
      { "security-compliance-review": /^incomplete: The last result before the deployment was "failed"/ },
    ],
    [
      "a validation that was shown only afterwards",
      (good) => ({
        evidence: good.evidence.map((one) =>
          one.validation === "security-review" ? { ...one, recordedAt: at("16:00") } : one,
        ),
      }),
      { "security-compliance-review": /^incomplete: No evidence from before the deployment/ },
    ],
    [
      "the gate's answer",
      () => ({ gates: [] }),
      { "approval-records": /^incomplete: The gate's answer/, "deployment-plan": /^incomplete: The gate's answer/ },
    ],
    [
      "the decision of who filled a role",
      () => ({ decisions: [] }),
      {
        "approval-records":
          /^incomplete: The approval of github:ann as Release Manager, from before the deployment, is not stored\.$/,
      },
    ],
    [
      "a decision that came after the start",
      (good) => ({ decisions: good.decisions.map((one) => ({ ...one, decidedAt: at("15:30") })) }),
      { "approval-records": /^incomplete: The approval of github:ann as Release Manager, from before/ },
    ],
    [
      "the verification",
      (good) => ({ deployments: good.deployments.map(({ verdict: _verdict, verifiedAt: _at, ...one }) => one) }),
      { "post-deployment-verification": /^missing: No verification is stored/ },
    ],
    [
      "the result of a verification",
      (good) => withDeployment(good, { verdict: "inconclusive" }),
      { "post-deployment-verification": /^incomplete: The verification came to no result/ },
    ],
    [
      "a justification",
      () => ({ bundles: [bundleOf(1, { title: "1.1.0", changelog: " \n" })] }),
      { "change-request": /^incomplete: No justification/ },
    ],
    [
      "the end of an incident",
      () => ({ incidents: [{ id: "INC-3", environment: "production", title: "Slow", startedAt: at("18:00") }] }),
      { "issues-and-incidents": /^incomplete: The incident INC-3 is not over\.$/ },
    ],
    [
      "a review that is owed",
      () => ({ debts: [{ id: 1, promotion: 1, review: "immediate-review", dueAt: "2026-11-04T15:00:00.000Z" }] }),
      { "issues-and-incidents": /^incomplete: Owed until 2026-11-04T15:00:00\.000Z: Immediate review\.$/ },
    ],
  ];
  for (const [what, change, expected] of table) {
    it(`names as missing: ${what}`, () => {
      const made = plan(change);
      const found = gaps(made);
      assert.deepEqual(Object.keys(found).sort(), Object.keys(expected).sort());
      for (const [key, text] of Object.entries(expected)) assert.match(found[key] ?? "", text);
      assert.equal(made.complete, false);
    });
  }

  it("has no file for a missing document, and an incomplete one says so in its first lines", () => {
    const { documents, sealed } = plan((good) => ({ ...without(good, "security-review"), gates: [] }));
    for (const { file, key, state } of documents) {
      const text = [...sealed.files].find(([name]) => name.includes(key))?.[1];
      assert.equal(text === undefined, state === "missing", key);
      assert.equal(file === undefined, state === "missing", key);
      if (state === "incomplete") assert.match(text?.split("\n")[4] ?? "", /^> \*\*INCOMPLETE\.\*\* What is missing:$/);
    }
    assert.match(sealed.files.get("README.md") ?? "", /\*\*MISSING\*\*/);
  });

  it("takes a deployment that nobody asked for as it is: without a request, an approval or a plan", () => {
    const found = gaps(plan(() => ({ promotions: [], decisions: [], gates: [] })));
    for (const key of ["change-request", "approval-records", "deployment-plan"]) assert.ok(found[key], key);
    assert.match(found["approval-records"] ?? "", /^missing: /);
  });

  it("asks an emergency for what its path asks for, and names what nobody reviewed", () => {
    const asked: Promotion = promotion({
      id: 1,
      kind: "emergency",
      requestedBy: "github:otto",
      requestedAt: at("14:50"),
      emergency: {
        severity: "critical",
        incident: "INC-9",
        reason: "Search is down",
        deployables: ["frontend"],
        customersHit: true,
      },
    });
    const good = goodRelease();
    const [stored] = good.gates;
    assert.ok(stored);
    const shown = evidenceOf(1, "fast-track-testing");
    const answer = {
      verdict: "open" as const,
      obstacles: [],
      approvals: [{ role: "on-call", actor: "github:otto", deployables: ["frontend"] }],
      validations: [{ validation: "fast-track-testing", evidence: shown }],
    };
    const made = plan(() => ({
      promotions: [asked],
      decisions: [],
      evidence: [shown],
      gates: [{ ...stored, answer }],
      incidents: [
        {
          id: "INC-9",
          environment: "production",
          title: "Search is down",
          startedAt: at("14:00"),
          endedAt: at("16:00"),
        },
      ],
      debts: [
        {
          id: 1,
          promotion: 1,
          review: "immediate-review",
          dueAt: at("23:00"),
          paidAt: at("20:00"),
          paidBy: "github:ann",
          link: "https://wiki.example/inc-9",
        },
      ],
    }));
    assert.deepEqual(Object.keys(gaps(made)), ["security-compliance-review", "rollback-plan"]);
    assert.match(gaps(made)["security-compliance-review"] ?? "", /^missing: .*The short path asks for none before\.$/);
    assert.match(
      made.sealed.files.get("08-issues-and-incidents.md") ?? "",
      /INC-9.*Immediate review.*github:ann.*<https:\/\/wiki\.example\/inc-9>/s,
    );
  });

  it("tells of the rollback that took it away, and of the way back that there was", () => {
    const before = deployment({ id: 3, startedAt: at("09:00"), bundle: digest("bundle 3") });
    const back = deployment({ id: 4, startedAt: at("17:00"), bundle: digest("bundle 3"), rollback: true });
    const made = plan((good) => ({ deployments: [back, ...good.deployments, before] }));
    assert.ok(made.sealed.files.get("06-rollback-plan.md")?.includes(digest("bundle 3")));
    assert.match(
      made.sealed.files.get("08-issues-and-incidents.md") ?? "",
      /It was rolled back, from 2026-11-03 17:00:00 UTC on\./,
    );
  });

  it("does not say that there was no incident when nobody was asked", () => {
    const { incidents: _, ...good } = goodRelease();
    const text = planEvidence(rules, good, 1, seal).sealed.files.get("08-issues-and-incidents.md") ?? "";
    assert.match(text, /No incident system was asked\./);
  });

  it("calls missing what a process requires and nobody taught this program to write", () => {
    const process = {
      ...rules.process,
      documents: { ...rules.process.documents, "board-minutes": "Minutes of the board" },
    };
    const made = planEvidence({ ...rules, process }, goodRelease(), 1, seal);
    assert.deepEqual(gaps(made), {
      "board-minutes": "missing: Nothing that is stored makes this document: it has to be written by hand.",
    });
  });

  it("names in its manifest the rules, the audit's head and the entries about it, with the proofs of those alone", () => {
    const made = planEvidence(rules, goodRelease(), 1, { ...seal, inclusion: { 8: { path: [] }, 9: { path: [] } } });
    const { audit, process } = JSON.parse(made.sealed.files.get("manifest.json") ?? "");
    assert.deepEqual([process.version, process.digest], [3, digest("process")]);
    assert.deepEqual(audit.head, seal.auditHead);
    assert.deepEqual(
      audit.entries.map(({ seq }: { seq: number }) => seq),
      [7, 8],
    );
    assert.deepEqual(Object.keys(audit.inclusion), ["8"]);
  });

  it("names the controls that each document serves", () => {
    const { documents } = plan(() => ({}));
    for (const { controls, key } of documents) assert.ok(controls.length > 0, key);
    assert.ok(documents.find(({ key }) => key === "approval-records")?.controls.includes("ISO 27001 A.5.3"));
  });

  it("lets no stored text format, link or end a line", () => {
    const evil = "x\n# Approved by the CTO\n| **a** | [b](javascript:alert(1)) <img src=x> @everyone";
    const { sealed } = plan((good) => ({
      bundles: [bundleOf(1, { title: evil, changelog: `\`\`\`\n${evil}\n\`\`\`` })],
      decisions: good.decisions.map((one) => ({ ...one, comment: evil })),
      evidence: good.evidence.map((one) => ({ ...one, link: "javascript:alert(1)" })),
    }));
    for (const [name, text] of sealed.files) {
      if (!name.endsWith(".md")) continue;
      // What stands in a fence is shown as it is.
      const outside = text.replace(/^(`{3,})text\n[\s\S]*?^\1$/gm, "");
      assert.doesNotMatch(outside, /^# Approved|<img|\]\(javascript|@everyone|<javascript/m, name);
    }
    assert.match(sealed.files.get("01-change-request.md") ?? "", /^````text$/m);
  });

  it("is the same, byte by byte, in whatever order the facts are given", () => {
    const good = goodRelease();
    const shuffled = fc.record({
      promotions: fc.shuffledSubarray([...good.promotions], { minLength: 2 }),
      evidence: fc.shuffledSubarray([...good.evidence], { minLength: 4 }),
      deployments: fc.shuffledSubarray([...good.deployments], { minLength: 2 }),
      audit: fc.shuffledSubarray([...good.audit], { minLength: 3 }),
    });
    const expected = planEvidence(rules, good, 1, seal).sealed.digest;
    fc.assert(
      fc.property(shuffled, (facts) => {
        assert.equal(planEvidence(rules, { ...good, ...facts }, 1, seal).sealed.digest, expected);
      }),
      { numRuns: 50 },
    );
  });

  it("refuses a deployment that there is not", () => {
    assert.throws(() => plan(() => ({}), 99), /^UserError: There is no deployment 99\.\n/);
  });
});
