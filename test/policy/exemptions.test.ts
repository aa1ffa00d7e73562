import assert from "node:assert/strict";
import fc from "fast-check";
import { ExemptionsError, exemptionsFile, parseExemptions, readExemptions } from "../../policy/exemptions.ts";
import { rules } from "../../policy/rules.ts";

const today = "2026-12-01";
const names = ["plain-secrets", "database-exposure"];

const good = {
  policy: "plain-secrets",
  stack: "prod",
  resource: "aws:rds/instance:Instance prod-reports-instance",
  finding: "has a secret, by its name, in its input password.",
  reason: "The vendor's agent takes nothing else until its next version.",
  owner: "devops-lead",
  approver: "cto",
  expires: "2027-06-30",
};

function text(...entries: readonly Record<string, unknown>[]): string {
  const lines = entries.flatMap((entry) =>
    Object.entries(entry).map(
      ([key, value], index) => `${index === 0 ? "  - " : "    "}${key}: ${JSON.stringify(value)}`,
    ),
  );
  return `exemptions:\n${lines.join("\n")}\n`;
}

function problemsOf(source: string): readonly string[] {
  try {
    parseExemptions(source, "exemptions.yaml", today, names);
    return [];
  } catch (error) {
    assert.ok(error instanceof ExemptionsError, String(error));
    assert.match(error.message, /^exemptions\.yaml is not valid:\n/);
    return error.problems;
  }
}

const wrong: Readonly<Record<string, readonly [change: Record<string, unknown>, problem: RegExp]>> = {
  "a policy that there is not": [{ policy: "no-such" }, /^line 2: .*policy: there is no policy "no-such"/],
  "all resources by a star": [
    { resource: "aws:rds/instance:Instance *" },
    /^line 4: .*resource: names exactly one resource/,
  ],
  "all policies by a star": [{ policy: "*" }, /^line 2: .*policy: names exactly one policy/],
  "all stacks by a star": [{ stack: "*" }, /^line 3: .*stack: names exactly one stack/],
  "a resource without its type": [{ resource: "prod-reports-instance" }, /^line 4: .*is the type and the name/],
  "no reason to speak of": [{ reason: "legacy" }, /^line 6: .*reason: says in a sentence/],
  "an owner who approves": [{ approver: "DevOps-Lead" }, /^line 8: .*approver: is somebody else than the owner/],
  "a day that there is not": [{ expires: "2027-02-30" }, /^line 9: .*expires: is a day/],
  "no end in sight": [{ expires: "2028-01-01" }, /^line 9: .*is more than a year ahead; 2027-12-02 is the latest day/],
  "a key that it does not know": [{ severity: "low" }, /Unrecognized key.*severity/],
  "no finding": [{ finding: "" }, /^line 5: .*finding/],
};

describe("policy/exemptions", () => {
  it("reads its own file", () => {
    const all = rules.map(({ name }) => name);
    assert.doesNotThrow(() => readExemptions(exemptionsFile, new Date().toISOString().slice(0, 10), all));
  });

  it("reads an empty list and a whole entry", () => {
    assert.deepEqual(parseExemptions("exemptions: []\n", "x", today, names).all, []);
    assert.deepEqual(parseExemptions("exemptions:\n", "x", today, names).all, []);
    assert.deepEqual(parseExemptions(text(good), "x", today, names).all, [good]);
  });

  for (const [what, [change, problem]] of Object.entries(wrong))
    it(`refuses ${what}, with its line`, () => {
      const problems = problemsOf(text({ ...good, ...change }));
      assert.equal(problems.length, 1, problems.join("\n"));
      assert.match(problems[0] ?? "", problem);
    });

  for (const key of Object.keys(good))
    it(`refuses an entry without its ${key}`, () => {
      const { [key as keyof typeof good]: _, ...rest } = good;
      assert.ok(problemsOf(text(rest)).some((problem) => problem.includes(key)));
    });

  it("refuses what an earlier entry exempts already, whoever answers for it", () => {
    const problems = problemsOf(
      text(good, { ...good, owner: "another", reason: "Something else that is long enough." }),
    );
    assert.deepEqual(problems, ["line 10: exemptions.1: exempts what an earlier entry exempts already"]);
  });

  it("tells all problems at once", () => {
    assert.equal(problemsOf(text({ ...good, reason: "x", stack: "*" }, { ...good, expires: "soon" })).length, 3);
  });

  it("refuses what is no YAML, and YAML of another shape, without falling over", () => {
    assert.ok(problemsOf("exemptions: [\n").length > 0);
    assert.ok(problemsOf("").length > 0);
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        problemsOf(JSON.stringify(value));
        problemsOf(JSON.stringify({ exemptions: value }));
      }),
    );
  });

  describe("in force", () => {
    const rule = rules.find(({ name }) => name === "plain-secrets") ?? assert.fail();
    const resource = {
      urn: "urn:pulumi:prod::teamflow::aws:rds/instance:Instance::prod-reports-instance",
      type: "aws:rds/instance:Instance",
      name: "prod-reports-instance",
      stack: "prod",
      props: {},
      protect: false,
      dependencies: {},
    };

    it("exempt one finding of one resource of one stack by one policy", () => {
      const exemptions = parseExemptions(text(good), "x", today, names);
      assert.ok(!exemptions.covers(rule, { ...resource, stack: "staging" }, good.finding));
      assert.ok(!exemptions.covers(rule, { ...resource, name: "prod-other" }, good.finding));
      assert.ok(!exemptions.covers(rule, { ...resource, type: "aws:rds/cluster:Cluster" }, good.finding));
      assert.ok(!exemptions.covers({ ...rule, name: "database-exposure" }, resource, good.finding));
      assert.ok(!exemptions.covers(rule, resource, `${good.finding} More.`));
      assert.deepEqual(exemptions.unused("prod"), [good]);
      assert.deepEqual(exemptions.unused("staging"), []);
      assert.deepEqual(exemptions.find(rule, resource, good.finding), good);
      assert.deepEqual(exemptions.unused("prod"), []);
    });

    it("hold on their last day, and not on the next", () => {
      const on = (day: string) => parseExemptions(text(good), "x", day, names);
      assert.ok(on("2027-06-30").covers(rule, resource, good.finding));
      assert.ok(!on("2027-07-01").covers(rule, resource, good.finding));
      assert.deepEqual(on("2027-07-01").expired, [good]);
      assert.deepEqual(on("2027-07-01").unused("prod"), []);
    });
  });
});
