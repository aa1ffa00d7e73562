import assert from "node:assert/strict";
import { markdown } from "../../../policy/report/markdown.ts";
import type { ReportedResult } from "../../../policy/report/model.ts";
import { exampleReport, goodReport, hostile, hostileReport } from "../support/report.ts";

const example = `## Policies on prod

**prod does not comply: 1 finding of mandatory policies, 1 judgement that failed, 1 expired exemption, 1 exemption that nothing needs.** 1 warning of advisory policies.

| passed | failed | exempt | not known yet | could not be judged |
|---|---|---|---|---|
| 2 | 2 | 1 | 1 | 1 |

4 policies of the pack all on 12 resources of the state, 2026-12-01T03:00:00.000Z, Slipway 0.1.0. SHA-256 of what was judged: <code>9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08</code>.

### Failed: Databases are private and encrypted

<code>database-exposure</code>, critical, mandatory. A public database is found by scanners within minutes.

| resource | finding |
|---|---|
| <code>main</code> (<code>aws:rds/instance:Instance</code>) | has a public address. |

**Remedy:** Set publiclyAccessible to false.  
**Controls:** SOC2 CC6.6, NIST SC-28

### Failed: Logs are kept

<code>log-retention</code>, medium, advisory. What is gone cannot be looked into.

| resource | finding |
|---|---|
| <code>app</code> (<code>aws:cloudwatch/logGroup:LogGroup</code>) | keeps nothing beyond 7 days. |

**Remedy:** Set retentionInDays to 90.  
**Controls:** SOC2 CC7.2

### Could not be judged

| policy | resource | reason |
|---|---|---|
| <code>database-exposure</code> | <code>odd</code> (<code>aws:rds/instance:Instance</code>) | tags is not iterable |

### Exempt

| policy | resource | finding | reason | owner | approved by | until |
|---|---|---|---|---|---|---|
| <code>database-exposure</code> | <code>old</code> (<code>aws:rds/instance:Instance</code>) | keeps its data unencrypted. | It is read-only, and goes in March. | data | security | 2027-03-31 |

### Exemptions to be removed

| why | policy | resource | finding | reason | owner | approved by | until |
|---|---|---|---|---|---|---|---|
| expired | <code>database-exposure</code> | <code>aws:rds/instance:Instance gone</code> | keeps its data unencrypted. | It is read-only, and goes in March. | data | security | 2026-11-30 |
| not needed any more | <code>database-exposure</code> | <code>aws:rds/instance:Instance mended</code> | keeps its data unencrypted. | It is read-only, and goes in March. | data | security | 2027-03-31 |

### Controls

| framework | covered | failed | not known yet | exempt | passed | not applicable | not covered |
|---|---|---|---|---|---|---|---|
| SOC 2, 2017 | 3 of 4 | 2 | 0 | 0 | 1 | 0 | 1 |
| NIST SP 800-53, Revision 5 | 1 of 1 | 0 | 0 | 0 | 0 | 1 | 0 |

**Failed:** SOC2 CC6.6, SOC2 CC7.2

### Not known yet

| policy | resource | reason |
|---|---|---|
| <code>log-retention</code> | <code>trail</code> (<code>aws:cloudwatch/logGroup:LogGroup</code>) | retentionInDays is not known yet |
`;

/** So many findings of one policy. */
function withFindings(number: number, text = "has a public address.") {
  const results = Array.from({ length: number }, (_, index): ReportedResult => {
    const name = `database-${index}`;
    const type = "aws:rds/instance:Instance";
    const resource = { urn: `urn:pulumi:prod::teamflow::${type}::${name}`, type, name };
    return { policy: "database-exposure", resource, verdict: "failed", findings: [{ text }] };
  });
  return exampleReport({ results });
}

describe("a report as Markdown", () => {
  it("says what stands against the stack, the gravest first, who answers for what is exempt, and how the controls fare", () => {
    assert.equal(markdown.write([exampleReport()]), example);
  });

  it("says in short that a stack complies", () => {
    const text = markdown.write([goodReport()]);
    assert.match(text, /\*\*prod complies\.\*\*\n/);
    assert.doesNotMatch(text, /### (Failed|Exempt|Could|Not known)/);
  });

  it("shows a short list, and lets a long one be opened", () => {
    assert.doesNotMatch(markdown.write([withFindings(10)]), /<details>/);
    const long = markdown.write([withFindings(11)]);
    assert.match(long, /<details>\n<summary>11 findings<\/summary>\n\n\| resource \|.*\|\n\n<\/details>\n/s);
  });

  it("fits in a comment: the summaries of all stacks stay, what goes is counted", () => {
    const reports = [withFindings(400, "x".repeat(200)), exampleReport({ stack: "staging" })];
    const text = markdown.write(reports);
    assert.ok(text.length < 65_536);
    assert.match(text, /## Policies on prod\n.*## Policies on staging\n/s);
    assert.match(text, /\n_1 section does not fit here; the other formats have all\._\n$/);
  });

  it("lets no text of a program or an exemption be markup, a cell, a link or a mention", () => {
    const text = markdown.write([hostileReport()]);
    assert.ok(!text.includes(hostile));
    assert.doesNotMatch(text, /<script|[^\\]\]\(|@team|(?<!\\)`/);
    for (const row of text.split("\n").filter((line) => line.startsWith("| <code>")))
      assert.ok([3, 4, 8].includes(row.split(/(?<!\\)\|/).length - 1), row);
  });
});
