import assert from "node:assert/strict";
import fc from "fast-check";
import { csv } from "../../../delivery/evidence/csv.ts";
import { planExport } from "../../../delivery/evidence/export.ts";
import type { EvidenceFacts } from "../../../delivery/evidence/facts.ts";
import { sha256 } from "../../../delivery/evidence/sealed-files.ts";
import { deployment, digest, promotion } from "../metrics/support/facts.ts";
import { parseCsv } from "./support/parse-csv.ts";
import { at, goodRelease, rules, seal } from "./support/release.ts";

const november = { from: "2026-11-01T00:00:00.000Z", to: "2026-12-01T00:00:00.000Z" };

function exported(change: (good: EvidenceFacts) => Partial<EvidenceFacts> = () => ({}), period = november) {
  const good = goodRelease();
  return planExport(rules, { ...good, ...change(good) }, period, seal);
}

describe("CSV", () => {
  it("is read back as it was, whatever is in it, apart from the apostrophe before a formula", () => {
    const cell = fc.string({ unit: fc.constantFrom(..."ab=+-@'\" ,;\r\n\t|ü") });
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 3, maxLength: 3 }), { minLength: 1 }), (rows) => {
        const read = parseCsv(csv(rows));
        const plain = read.map((row, y) =>
          row.map((value, x) => (value === `'${rows[y]?.[x]}` ? value.slice(1) : value)),
        );
        assert.deepEqual(plain, rows);
        for (const value of read.flat()) assert.doesNotMatch(value, /^\s*[=+\-@]/);
      }),
    );
  });

  for (const formula of ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "＝1"])
    it(`takes from ${JSON.stringify(formula)} what a spreadsheet would run`, () => {
      assert.deepEqual(parseCsv(csv([[formula]])), [[`'${formula}`]]);
    });

  it("leaves numbers and text as they are", () => {
    assert.equal(
      csv([
        [1, "a", true, ""],
        ["x,y", 'say "hi"', "a\nb", "a-b"],
      ]),
      '1,a,true,\r\n"x,y","say ""hi""","a\nb",a-b\r\n',
    );
  });
});

describe("the export for an auditor", () => {
  it("has who asked, who approved, what was deployed, when, by whom and with what result", () => {
    const [head = [], row = []] = parseCsv(exported().sealed.files.get("population.csv") ?? "");
    const cells = Object.fromEntries(head.map((name, index) => [name, row[index]]));
    assert.equal(head.length, 25);
    const { approvals, deployed, documentsMissing, evidence, outcome, requestedBy, startedAt, startedBy, verdict } =
      cells;
    assert.deepEqual(
      { approvals, deployed, documentsMissing, evidence, outcome, requestedBy, startedAt, startedBy, verdict },
      {
        approvals: "manager: github:ann (2026-11-03T14:30:00.000Z)",
        deployed: `frontend 1.1.0 (${"a".repeat(40)}, ${digest("image")})`,
        documentsMissing: "",
        evidence: "evidence/deployment-000001",
        outcome: "succeeded",
        requestedBy: "github:rita",
        startedAt: "2026-11-03T15:00:00.000Z",
        startedBy: "github:rita",
        verdict: "passed",
      },
    );
  });

  it("has every deployment to production of the period, and no other: the first moment belongs to it, the last does not", () => {
    const more = [
      deployment({ id: 20, startedAt: "2026-11-01T00:00:00.000Z" }),
      deployment({ id: 21, startedAt: "2026-12-01T00:00:00.000Z" }),
      deployment({ id: 22, startedAt: "2026-10-31T23:59:59.999Z" }),
    ];
    const { rows } = exported((good) => ({ deployments: [...more, ...good.deployments] }));
    assert.deepEqual(
      rows.map((row) => row.deployment),
      [1, 20],
    );
  });

  it("holds each evidence folder whole, so that it can be handed on alone", () => {
    const { evidence, sealed } = exported();
    const [plan] = evidence;
    const index = sealed.files.get("evidence/deployment-000001/index.json") ?? "";
    assert.equal(sha256(index), plan?.sealed.digest);
    assert.deepEqual(
      [...sealed.files.keys()].filter((name) => !name.startsWith("evidence/")),
      ["population.csv", "population.json", "reconciliation.md", "index.json"],
    );
  });

  it("refuses a period without time in it", () => {
    for (const period of [
      { from: november.to, to: november.from },
      { from: november.from, to: november.from },
    ])
      assert.throws(() => exported(() => ({}), period), /^UserError: The period .* has no time in it\.\n/);
  });
});

describe("the reconciliation", () => {
  const kinds = (change: (good: EvidenceFacts) => Partial<EvidenceFacts>) =>
    exported(change).gaps.map(({ about, kind }) => `${about}: ${kind}`);

  it("leaves nothing to explain of a release that went through the process", () => {
    assert.deepEqual(
      kinds(() => ({})),
      [],
    );
    assert.match(exported().sealed.files.get("reconciliation.md") ?? "", /Nothing is left to explain\.\n$/);
  });

  const table: readonly [
    what: string,
    change: (good: EvidenceFacts) => Partial<EvidenceFacts>,
    expected: readonly string[],
  ][] = [
    ["a deployment that nobody asked for", () => ({ promotions: [] }), ["deployment 1: no promotion"]],
    [
      "a deployment of another bundle than was asked for",
      (good) => ({ promotions: good.promotions.map((one) => ({ ...one, bundle: digest("other") })) }),
      ["deployment 1: other bundle"],
    ],
    ["a bundle that is not stored", () => ({ bundles: [] }), ["deployment 1: no bundle"]],
    ["a deployment without the gate's answer", () => ({ gates: [] }), ["deployment 1: not approved"]],
    ["an approval that is not stored", () => ({ decisions: [] }), ["deployment 1: not approved"]],
    [
      "one person in two roles",
      (good) => ({
        decisions: [...good.decisions, ...good.decisions.map((one) => ({ ...one, role: "cto" }))],
        gates: good.gates.map((one) => ({
          ...one,
          answer: {
            ...one.answer,
            approvals: ["manager", "cto"].map((role) => ({ role, actor: "github:ann", deployables: ["frontend"] })),
          },
        })),
      }),
      ["deployment 1: one person, two roles"],
    ],
    [
      "an approval by who asked",
      (good) => ({ promotions: good.promotions.map((one) => ({ ...one, requestedBy: "github:ann" })) }),
      ["deployment 1: not approved"],
    ],
    [
      "a deployment that was not verified",
      (good) => ({ deployments: good.deployments.map(({ verdict: _verdict, verifiedAt: _at, ...one }) => one) }),
      ["deployment 1: not verified"],
    ],
    [
      "a deployment without an end",
      (good) => ({
        deployments: good.deployments.map(
          ({ endedAt: _end, outcome: _outcome, verdict: _verdict, verifiedAt: _at, ...one }) => one,
        ),
      }),
      ["deployment 1: not ended"],
    ],
    [
      "a promotion that says to be deployed and is not",
      (good) => ({ promotions: [...good.promotions, promotion({ id: 30, requestedAt: at("18:00") })] }),
      ["promotion 30: promotion without deployment"],
    ],
    [
      "what another system saw and no deployment explains",
      () => ({
        observed: [
          { system: "pulumi", id: "update 41", environment: "production", at: at("15:10"), deployment: 1 },
          { system: "pulumi", id: "update 42", environment: "production", at: at("19:00") },
          { system: "pulumi", id: "update 43", environment: "staging", at: at("19:00") },
        ],
      }),
      ["pulumi update 42: unexplained change"],
    ],
    [
      "a deployment that another system never saw",
      () => ({
        observed: [
          { system: "github", id: "run 7", environment: "production", at: "2026-10-01T00:00:00.000Z", deployment: 1 },
          { system: "pulumi", id: "update 1", environment: "production", at: "2026-10-01T00:00:00.000Z" },
        ],
      }),
      ["deployment 1: unseen deployment"],
    ],
  ];
  for (const [what, change, expected] of table) {
    it(`tells ${what}`, () => assert.deepEqual(kinds(change), expected));
  }

  it("says when no other system was asked", () => {
    assert.match(exported().sealed.files.get("reconciliation.md") ?? "", /No other system was asked/);
  });
});
