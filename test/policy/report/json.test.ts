import assert from "node:assert/strict";
import { formats } from "../../../policy/report/index.ts";
import type { Report } from "../../../policy/report/model.ts";
import { exampleReport, goodReport, hostileReport } from "../support/report.ts";

/** The same, with the keys of every object the other way round. */
function turned<T>(value: T): T {
  if (Array.isArray(value)) return value.map(turned) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, each]) => [key, turned(each)]),
  ) as T;
}

describe("a report as JSON", () => {
  it("is all that is known, with the version of its shape", () => {
    const reports = [exampleReport(), hostileReport()];
    assert.deepEqual(JSON.parse(formats.json.write(reports)), { schemaVersion: 1, reports });
  });

  it("begins with the version, and has its keys in order", () => {
    const text = formats.json.write([goodReport()]);
    assert.match(
      text,
      /^\{\n {2}"schemaVersion": 1,\n {2}"reports": \[\n {4}\{\n {6}"compliant": true,\n {6}"controls": \[/,
    );
    const keys = [...text.matchAll(/^ {6}"(\w+)":/gm)].map(([, key]) => key);
    assert.deepEqual(keys, keys.toSorted());
    assert.equal(keys.length, 14);
  });
});

describe("every format", () => {
  for (const [name, { extension, write }] of Object.entries(formats)) {
    it(`${name} is the same text for the same report, however it was put together`, () => {
      const report: Report = exampleReport();
      const text = write([report]);
      assert.equal(write([structuredClone(report)]), text);
      assert.equal(write([turned(report)]), text);
      assert.ok(text.endsWith("\n"));
    });

    it(`${name} has an ending of its own, and takes several stacks`, () => {
      assert.equal(Object.values(formats).filter((format) => format.extension === extension).length, 1);
      const text = write([exampleReport(), goodReport({ stack: "staging" })]);
      assert.ok(text.includes("prod") && text.includes("staging"));
    });
  }
});
