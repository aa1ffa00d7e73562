import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { formats } from "../../../policy/report/index.ts";
import { provideToolchain } from "../../../sandbox/toolchain/provide.ts";
import { temporaryFolder } from "../../cli/support/temporary.ts";
import { exampleReport, goodReport, hostileReport } from "../support/report.ts";

type Format = "oscal" | "sarif";

/** Documents with something that their format does not have, and what the checker has to say of them. */
const broken: Readonly<
  Record<Format, Readonly<Record<string, readonly [breakIt: (text: string) => string, says: RegExp]>>>
> = {
  sarif: {
    "a property that there is not": [(text) => text.replace('"ruleIndex"', '"ruleNumber"'), /'ruleNumber' not allowed/],
    "a level that there is not": [(text) => text.replace('"level": "error"', '"level": "grave"'), /level/],
    "no tool": [(text) => text.replace('"tool": {', '"program": {'), /missing property 'tool'/],
    "an identifier of another form": [(text) => text.replace(/"guid": "[0-9a-f]/, '"guid": "x'), /guid/],
    "a time of another form": [
      (text) => text.replace(/"endTimeUtc": "[^"]+"/, '"endTimeUtc": "yesterday"'),
      /date-time/,
    ],
    "no JSON": [(text) => text.slice(1), /invalid/],
  },
  oscal: {
    "a property that there is not": [(text) => text.replace('"start":', '"begin":'), /begin/],
    "no plan": [(text) => text.replace('"import-ap"', '"import-plan"'), /import-ap/],
    "a control by its number": [
      (text) => text.replace('"control-id": "soc2_cc6.6"', '"control-id": "SOC2 CC6.6"'),
      /control-id/,
    ],
    "a value that ends in a space": [(text) => text.replace('"value": "all"', '"value": "all "'), /value/],
    "an identifier of another form": [(text) => text.replace(/"risk-uuid": "[0-9a-f]/, '"risk-uuid": "x'), /risk-uuid/],
    "another version": [(text) => text.replace('"1.1.3"', '"9.0.0"'), /9\.0\.0|9-0-0/],
    "no JSON": [(text) => text.slice(1), /./],
  },
};

const reports = {
  "in which everything occurs": [exampleReport()],
  "of a stack that complies": [goodReport()],
  "of several stacks": [exampleReport(), goodReport({ stack: "pr-7", kind: "preview" })],
  "with hostile texts": [hostileReport()],
  "of a pack without policies": [goodReport({ policies: [], results: [], controls: [] })],
};

describe("reports before the schemas of their formats", function () {
  this.timeout(60_000);
  let checker: string;

  before(async function () {
    this.timeout(900_000); // A machine that has not built the checker yet does so now.
    const built = async () => (await provideToolchain(["report-checker"], () => undefined)).get("report-checker")?.file;
    checker = process.env.SLIPWAY_REPORT_CHECKER ?? (await built()) ?? assert.fail("no checker");
  });

  /** What is wrong with a document; nothing when it is valid. */
  const problems = (format: Format, text: string): string => {
    const file = path.join(temporaryFolder(), `report.${formats[format].extension}`);
    writeFileSync(file, text);
    const { status, stdout, stderr } = spawnSync(checker, [format, file], { encoding: "utf8" });
    assert.ok(status === 0 || status === 1, stderr);
    assert.equal(stdout === "", status === 0);
    return stdout;
  };

  for (const format of ["sarif", "oscal"] as const) {
    for (const [title, given] of Object.entries(reports))
      it(`${format}: valid is one ${title}`, () => {
        assert.equal(problems(format, formats[format].write(given)), "");
      });

    for (const [title, [breakIt, says]] of Object.entries(broken[format]))
      it(`${format}: refused is one with ${title}`, () => {
        const text = formats[format].write([exampleReport()]);
        assert.notEqual(breakIt(text), text);
        assert.match(problems(format, breakIt(text)), says);
      });
  }
});
