import assert from "node:assert/strict";
import fc from "fast-check";
import { type Change, type ChangeSummary, losesData, summarizeEvents } from "../../delivery/cli/changes.ts";
import { commentLimit, commentMarker, summaryMarkdown } from "../../delivery/cli/changes-markdown.ts";
import { lossLines, propertyLine, summaryLines } from "../../delivery/cli/changes-text.ts";
import { holdingOf, statefulTypes } from "../../delivery/cli/stateful.ts";

const rds = "aws:rds/instance:Instance";

function event(op: string, type: string, name: string, state: object = {}, after: object = state) {
  const metadata = { op, type, urn: `urn:pulumi:staging::slipway::${type}::${name}`, old: state, new: after };
  return JSON.stringify({ resourcePreEvent: { metadata } });
}

const summarize = (...events: string[]) => summarizeEvents(events.join("\n"), "inputs");

describe("what a reviewer must not miss", () => {
  it("is marked, comes first among its kind, and is told in words at the end", () => {
    const summary = summarize(
      event("create", "aws:s3/bucket:Bucket", "new-bucket"),
      event("update", "aws:ecs/service:Service", "web"),
      event("replace", "aws:ec2/instance:Instance", "a-bastion"),
      event("replace", rds, "database", { protect: true }),
    );
    assert.deepEqual(
      summary.changes.map(({ name }) => name),
      ["database", "a-bastion", "web", "new-bucket"],
    );
    const lines = summaryLines(summary, "planned", "h", "n");
    assert.match(lines.join("\n"), /database {2}aws:rds:Instance {2}holds data/);
    assert.deepEqual(lines.slice(-2), [
      "This would lose data:",
      "  database (aws:rds:Instance) would be replaced; what goes with it: the databases in it, and the backups that RDS made of them. It is protected, so that `up` refuses.",
    ]);
  });

  it("is nothing that is created, changed in place, or only forgotten", () => {
    const { changes } = summarize(
      event("create", rds, "a"),
      event("update", rds, "b"),
      event("delete", rds, "c", { retainOnDelete: true }),
      event("delete", "aws:ec2/route:Route", "d"),
    );
    assert.deepEqual(changes.filter(losesData), []);
    assert.deepEqual(lossLines(changes), []);
  });

  it("is a deletion, and a replacement even of what would be left behind", () => {
    const { changes } = summarize(event("delete", rds, "a"), event("replace", rds, "b", { retainOnDelete: true }));
    assert.equal(changes.filter(losesData).length, 2);
  });

  it("is known of every kind of store that the stacks build, and of no other type", () => {
    for (const type of [
      rds,
      "aws:elasticache/replicationGroup:ReplicationGroup",
      "aws:kms/key:Key",
      "aws:ecr/repository:Repository",
      "aws:secretsmanager/secret:Secret",
      "aws:route53/zone:Zone",
      "aws:backup/vault:Vault",
      "aws:cloudwatch/logGroup:LogGroup",
      "pulumi-nodejs:dynamic/slipway:LocalDatabase",
    ])
      assert.ok(holdingOf(type), type);
    for (const type of ["aws:ec2/subnet:Subnet", "aws:kms/alias:Alias", "constructor", ""])
      assert.equal(holdingOf(type), undefined);
    // A token has its module twice; a misspelt one would never match.
    for (const type of statefulTypes) assert.match(type, /^[a-z-]+:[a-z0-9-]+(\/[a-zA-Z0-9]+)?:[A-Z]\w+$/);
  });
});

describe("the properties of a change", () => {
  const lines = (before: object, after: object) =>
    summarize(
      event("update", "aws:ecs/taskDefinition:TaskDefinition", "t", { inputs: before }, { inputs: after }),
    ).changes[0]?.properties.map(propertyLine) ?? [];
  const digest = (digit: string) => `repository@sha256:${digit.repeat(64)}`;

  it("show what changes inside a text that is JSON, not the whole text twice", () => {
    const definitions = (image: string) => JSON.stringify([{ name: "web", image, cpu: 256 }]);
    assert.deepEqual(lines({ containerDefinitions: definitions("a") }, { containerDefinitions: definitions("b") }), [
      '~ containerDefinitions[0].image: "a" => "b"',
    ]);
  });

  it("show a text that only looks like JSON, or differs in blanks alone, as it is", () => {
    assert.deepEqual(lines({ a: "[x" }, { a: "[y" }), ['~ a: "[x" => "[y"']);
    assert.deepEqual(lines({ a: "[1]" }, { a: "[ 1]" }), ['~ a: "[1]" => "[ 1]"']);
  });

  it("show the digest of an image short", () => {
    assert.deepEqual(lines({ image: digest("a") }, { image: digest("b") }), [
      '~ image: "repository@sha256:aaaaaaaaaaaa…" => "repository@sha256:bbbbbbbbbbbb…"',
    ]);
  });

  it("are cut where they are long, and show no token", () => {
    assert.match(lines({ a: "x" }, { a: "y".repeat(1000) })[0] ?? "", /^~ a: "x" => "y{299}… \(1002 characters\)$/);
    const planted = `ghp_${"a1B2".repeat(9)}`;
    assert.deepEqual(lines({ a: "x" }, { a: `token ${planted}` }), ['~ a: "x" => "token (a GitHub token)"']);
  });
});

describe("a change that the program did not ask for", () => {
  const state = (inputs: object, outputs: object) => ({ inputs, outputs });
  const summarizeStep = (more: object) => {
    const type = "aws:elasticache/replicationGroup:ReplicationGroup";
    const metadata = { op: "replace", type, urn: `urn:pulumi:s::p::${type}::cache`, ...more };
    return summarize(JSON.stringify({ resourcePreEvent: { metadata } }));
  };

  it("is told as the provider tells it, with what is there, and what forces a replacement", () => {
    const asked = { port: 6379, tags: { "a.b": "x" }, list: [{ n: 1 }] };
    const summary = summarizeStep({
      old: state(asked, { port: 6380, tags: { "a.b": "y" }, list: [{ n: 2 }] }),
      new: state(asked, {}),
      keys: ["port"],
      detailedDiff: { port: {}, 'tags["a.b"]': {}, "list[0].n": {}, gone: {} },
    });
    const [change] = summary.changes;
    assert.deepEqual(change?.properties.map(propertyLine), [
      "~ port: 6380 => 6379",
      '~ tags["a.b"]: "y" => "x"',
      "~ list[0].n: 2 => 1",
      "~ gone",
    ]);
    assert.match(
      summaryLines(summary, "planned", "h", "n").join("\n"),
      /ReplicationGroup {2}holds data, because of port/,
    );
    assert.match(summaryMarkdown("s", summary), /\| \*\*holds data\*\*, because of port \|/);
  });

  it("is told by its names where the provider says no more", () => {
    const [change] = summarizeStep({ old: state({}, {}), new: state({}, {}), diffs: ["port"] }).changes;
    assert.deepEqual(change?.properties, [{ path: "port" }]);
  });
});

describe("a new stack's creations", () => {
  it("share a line for each type when they are many", () => {
    const subnets = Array.from({ length: 30 }, (_, index) =>
      event("create", "aws:ec2/subnet:Subnet", `s${index + 10}`),
    );
    const lines = summaryLines(summarize(...subnets, event("create", "aws:ec2/vpc:Vpc", "vpc")), "planned", "h", "n");
    assert.equal(lines.length, 4);
    assert.match(lines[1] ?? "", /30 .*aws:ec2:Subnet.* {2}s10, s11, s12, s13, s14 and 25 more$/);
  });
});

describe("the comment of a pull request", () => {
  it("is the totals, what would be lost, a table, and the properties folded", () => {
    const update = event("update", "aws:ecs/service:Service", "web", { inputs: { n: 1 } }, { inputs: { n: 2 } });
    const markdown = summaryMarkdown(
      "staging",
      summarize(update, event("delete", rds, "database"), event("create", "aws:ec2/vpc:Vpc", "vpc")),
    );
    assert.equal(
      markdown,
      [
        "<!-- slipway preview staging -->",
        "### `staging`: 1 to delete, 1 to update, 1 to create, 0 unchanged",
        "",
        "> [!CAUTION]",
        "> **This would lose data.**",
        "> - `database` (`aws:rds:Instance`) would be **deleted**; what goes with it: the databases in it, and the backups that RDS made of them.",
        "",
        "| | resource | type | |",
        "|---|---|---|---|",
        "| **delete** | `database` | `aws:rds:Instance` | **holds data** |",
        "| update | `web` | `aws:ecs:Service` |  |",
        "| create | `vpc` | `aws:ec2:Vpc` |  |",
        "",
        "<details><summary>Properties</summary>",
        "",
        "```diff",
        "@@ web (aws:ecs:Service) @@",
        "! n: 1 => 2",
        "```",
        "",
        "</details>",
        "",
      ].join("\n"),
    );
  });

  it("says so when nothing changes, and when nothing could be compared", () => {
    assert.equal(
      summaryMarkdown("dev", summarize()),
      "<!-- slipway preview dev -->\n### `dev`: nothing would change\n",
    );
    assert.match(summaryMarkdown("dev", undefined), /^<!-- slipway preview dev -->\n### `dev`: the preview failed\n/);
  });

  it("cannot be led astray by what names, values and messages say", () => {
    const value = "</details> ``` @team `x`\n<script>";
    const evil = event("update", "aws:ecs/service:Service", "a|b`c\nd", { inputs: { n: 1 } }, { inputs: { n: value } });
    const policyEvent = { policyName: "p", enforcementLevel: "mandatory", message: "<img src=x> @everyone | **no**" };
    const markdown = summaryMarkdown("dev", summarize(evil, JSON.stringify({ policyEvent })));
    assert.match(markdown, /\| update \| `a\\\|b'c d` \|/);
    assert.match(markdown, /^````diff$/m);
    assert.ok(markdown.includes("\\<img src=x\\> @\u200beveryone \\| \\*\\*no\\*\\*"));
    assert.equal(markdown.split("\n").filter((line) => line === "</details>").length, 1);
  });

  it("fits into GitHub's limit whatever changes, keeps its marker and its warning, and says what it leaves out", () => {
    const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 200 });
    const change = fc.record({
      operation: fc.constantFrom("replace", "delete", "update", "create"),
      name,
      type: name,
      properties: fc.array(fc.record({ path: name, before: fc.json(), after: fc.json() }), { maxLength: 5 }),
      holds: fc.constant("the data in it"),
    });
    const many = fc.tuple(fc.array(change, { minLength: 1, maxLength: 20 }), fc.integer({ min: 1, max: 400 }));
    fc.assert(
      fc.property(many, ([some, times]) => {
        const changes = Array.from({ length: times }, () => some as Change[]).flat();
        const summary: ChangeSummary = { changes, unchanged: 3, violations: [] };
        const markdown = summaryMarkdown("staging", summary);
        assert.ok(markdown.length <= commentLimit, `${markdown.length} characters`);
        assert.ok(markdown.startsWith(`${commentMarker("staging")}\n### \`staging\`: `));
        assert.equal(markdown.includes("This would lose data"), changes.some(losesData));
      }),
      { numRuns: 60 },
    );
    const wide = Array.from({ length: 2000 }, (_, index) =>
      event(
        "update",
        "aws:ecs/service:Service",
        `service-number-${index}`,
        { inputs: { n: 1 } },
        { inputs: { n: "x".repeat(60) } },
      ),
    );
    const markdown = summaryMarkdown("staging", summarize(...wide));
    assert.match(markdown, /\| and \d+ more, which do not fit into a comment \| \| \|/);
    assert.match(markdown, /\d+ more lines do not fit into a comment; the job's log has them\.\n$/);
  });
});
