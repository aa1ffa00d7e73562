import assert from "node:assert/strict";
import type { Report } from "../../../policy/report/model.ts";
import { sarif } from "../../../policy/report/sarif.ts";
import { exampleReport, goodReport } from "../support/report.ts";

interface Run {
  readonly tool: { readonly driver: { readonly name: string; readonly rules: readonly Rule[] } };
  readonly taxonomies: ReadonlyArray<{ readonly guid: string; readonly taxa: ReadonlyArray<{ readonly id: string }> }>;
  readonly automationDetails: { readonly id: string };
  readonly invocations: ReadonlyArray<Readonly<Record<string, unknown>>>;
  readonly results: ReadonlyArray<Readonly<Record<string, unknown>>>;
}

interface Rule {
  readonly id: string;
  readonly relationships: ReadonlyArray<{
    readonly target: {
      readonly id: string;
      readonly index: number;
      readonly toolComponent: { readonly index: number };
    };
  }>;
  readonly properties: Readonly<Record<string, unknown>>;
}

const runs = (...reports: readonly Report[]): readonly Run[] => JSON.parse(sarif.write(reports)).runs;
const [run = assert.fail()] = runs(exampleReport());

const location = (name: string, type: string) => ({
  physicalLocation: {
    artifactLocation: { uri: "Pulumi.prod.yaml", uriBaseId: "%SRCROOT%" },
    region: { startLine: 1, startColumn: 1, endLine: 1, endColumn: 2 },
  },
  logicalLocations: [
    { name, fullyQualifiedName: `urn:pulumi:prod::teamflow::${type}::${name}`, kind: "resource", properties: { type } },
  ],
});

describe("a report as SARIF", () => {
  it("has a result for each finding, an exempt one suppressed, and none for what is not known yet", () => {
    const [first, second, third, ...more] = run.results.map(({ partialFingerprints, ...result }) => result);
    assert.deepEqual(first, {
      ruleId: "database-exposure",
      ruleIndex: 1,
      kind: "fail",
      level: "error",
      message: { text: "main has a public address." },
      locations: [location("main", "aws:rds/instance:Instance")],
    });
    assert.deepEqual(second, {
      ruleId: "database-exposure",
      ruleIndex: 1,
      kind: "fail",
      level: "error",
      message: { text: "old keeps its data unencrypted." },
      locations: [location("old", "aws:rds/instance:Instance")],
      suppressions: [
        {
          kind: "external",
          status: "accepted",
          justification: "It is read-only, and goes in March.",
          properties: { owner: "data", approver: "security", expires: "2027-03-31" },
        },
      ],
    });
    assert.deepEqual([third?.ruleId, third?.level, more], ["log-retention", "note", []]);
  });

  it("describes a policy as GitHub reads it, with the controls that it is evidence for", () => {
    assert.deepEqual(run.tool.driver.rules[1], {
      id: "database-exposure",
      name: "DatabaseExposure",
      shortDescription: { text: "Databases are private and encrypted" },
      fullDescription: { text: "A database has no public address and its storage is encrypted." },
      help: {
        text: "A database has no public address and its storage is encrypted.\n\nWhy: A public database is found by scanners within minutes.\n\nRemedy: Set publiclyAccessible to false.\n\nControls: SOC2 CC6.6, NIST SC-28",
        markdown:
          "A database has no public address and its storage is encrypted.\n\n**Why:** A public database is found by scanners within minutes.\n\n**Remedy:** Set publiclyAccessible to false.\n\n**Controls:** SOC2 CC6.6, NIST SC-28",
      },
      defaultConfiguration: { level: "error" },
      relationships: [
        {
          target: {
            id: "CC6.6",
            index: 0,
            toolComponent: { name: "SOC2", index: 0, guid: "fd31cfd4-3f9e-5638-9405-5f06fd4d25a5" },
          },
          kinds: ["relevant"],
        },
      ],
      properties: {
        tags: ["security", "exposure", "SOC2 CC6.6", "NIST SC-28"],
        precision: "very-high",
        "security-severity": "9.5",
        "problem.severity": "error",
        enforcement: "mandatory",
      },
    });
  });

  it("calls a policy on cost no gap in security", () => {
    const budget = run.tool.driver.rules.find(({ id }) => id === "budget");
    assert.equal(budget?.properties["security-severity"], undefined);
    assert.deepEqual(budget?.properties.tags, ["cost", "SOC2 A1.1"]);
  });

  it("points from rules at controls that are where they are said to be", () => {
    for (const { relationships } of run.tool.driver.rules)
      for (const { target } of relationships)
        assert.equal(run.taxonomies[target.toolComponent.index]?.taxa[target.index]?.id, target.id);
  });

  it("says that a judgement failed, and of exemptions that have to go", () => {
    const [invocation = assert.fail()] = run.invocations;
    assert.equal(invocation.executionSuccessful, false);
    assert.equal(invocation.endTimeUtc, "2026-12-01T03:00:00.000Z");
    const texts = (list: unknown) => (list as { message: { text: string } }[]).map(({ message }) => message.text);
    assert.deepEqual(texts(invocation.toolExecutionNotifications), [
      "The policy database-exposure could not judge odd: tags is not iterable",
    ]);
    assert.deepEqual(texts(invocation.toolConfigurationNotifications), [
      "The exemption of aws:rds/instance:Instance gone from database-exposure (keeps its data unencrypted.) expired on 2026-11-30; data owns it.",
      "The exemption of aws:rds/instance:Instance mended from database-exposure (keeps its data unencrypted.) is not needed any more; data owns it.",
    ]);
    assert.equal(runs(goodReport())[0]?.invocations[0]?.executionSuccessful, true);
  });

  it("sets findings apart that GitHub would take for one, and knows them again in another run", () => {
    const prints = ({ results }: Run) =>
      results.map(({ partialFingerprints }) => (partialFingerprints as Record<string, string>).primaryLocationLineHash);
    assert.equal(new Set(prints(run)).size, 3);
    assert.match(prints(run)[0] ?? "", /^[0-9a-f]{16}:1$/);
    const [later = assert.fail()] = runs(
      exampleReport({
        judgedAt: "2027-01-01T00:00:00.000Z",
        digest: "a".repeat(64),
        kind: "preview",
        version: "0.2.0",
      }),
    );
    assert.deepEqual(prints(later), prints(run));
  });

  it("has a run and a category for each stack, and a file that the repository has", () => {
    const all = runs(exampleReport(), exampleReport({ stack: "pr-7" }));
    assert.deepEqual(
      all.map(({ automationDetails }) => automationDetails.id),
      ["slipway-policies/prod/", "slipway-policies/pr-7/"],
    );
    assert.match(JSON.stringify(all[1]?.results), /"uri":"Pulumi.yaml"/);
  });

  it("doubles the braces that would be placeholders", () => {
    const [finding = assert.fail(), ...others] = exampleReport().results;
    const results = [{ ...finding, findings: [{ text: "allows {0}." }] }, ...others];
    const [{ results: written } = assert.fail()] = runs(exampleReport({ results }));
    assert.deepEqual(written[0]?.message, { text: "main allows {{0}}." });
  });
});
