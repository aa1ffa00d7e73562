import assert from "node:assert/strict";
import type { Framework } from "../../policy/frameworks/framework.ts";
import {
  allControls,
  type FrameworkKey,
  frameworkKeys,
  frameworkOf,
  frameworks,
} from "../../policy/frameworks/index.ts";

/** How each publisher numbers its controls. */
const numbering: Readonly<Record<FrameworkKey, RegExp>> = {
  SOC2: /^(CC[1-9]|A1|C1)\.[1-8]$/,
  ISO27001: /^A\.[5-8]\.[1-9]\d?$/,
  "CIS-AWS": /^([1345]\.[1-9]\d?|2\.[1-4]\.[1-4])$/,
  "CIS-K8S": /^[1-5]\.[1-9](\.[1-9]\d?)?$/,
  NIST: /^(AC|AU|CA|CM|CP|IA|IR|RA|SA|SC|SI|SR)-[1-9]\d?(\([1-9]\d?\))?$/,
  GDPR: /^[1-9]\d?\([1-9]\)(\([a-f]\))?$/,
};

/** How many controls each part of a framework has, where this project takes the part whole. */
const counts: readonly (readonly [FrameworkKey, string, RegExp, number])[] = [
  ...[5, 3, 4, 2, 3, 8, 5, 1, 2].map((count, index) => {
    const series = `CC${index + 1}`;
    return ["SOC2", series, new RegExp(`^${series}\\.`), count] as const;
  }),
  ["SOC2", "A1", /^A1\./, 3],
  ["SOC2", "C1", /^C1\./, 2],
  ["ISO27001", "Annex A", /^/, 93],
  ["ISO27001", "A.5", /^A\.5\./, 37],
  ["ISO27001", "A.6", /^A\.6\./, 8],
  ["ISO27001", "A.7", /^A\.7\./, 14],
  ["ISO27001", "A.8", /^A\.8\./, 34],
  ["CIS-AWS", "the benchmark", /^/, 62],
  ["CIS-AWS", "1", /^1\./, 22],
  ["CIS-AWS", "2.1", /^2\.1\./, 4],
  ["CIS-AWS", "2.2", /^2\.2\./, 1],
  ["CIS-AWS", "2.3", /^2\.3\./, 3],
  ["CIS-AWS", "2.4", /^2\.4\./, 1],
  ["CIS-AWS", "3", /^3\./, 9],
  ["CIS-AWS", "4", /^4\./, 16],
  ["CIS-AWS", "5", /^5\./, 6],
  ["CIS-K8S", "5.1", /^5\.1\./, 13],
  ["CIS-K8S", "5.2", /^5\.2\./, 13],
  ["CIS-K8S", "5.3", /^5\.3\./, 2],
  ["CIS-K8S", "5.4", /^5\.4\./, 2],
  ["CIS-K8S", "5.5", /^5\.5\./, 1],
  ["CIS-K8S", "5.6", /^5\.6\./, 0],
  ["CIS-K8S", "5.7", /^5\.7\./, 4],
];

/** The base controls of the moderate baseline: NIST's own list, NIST_SP-800-53_rev5_MODERATE-baseline_profile.json. */
const moderateBaseline: Readonly<Record<string, readonly number[]>> = {
  AC: [1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 14, 17, 18, 19, 20, 21, 22],
  AU: [1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12],
  CA: [1, 2, 3, 5, 6, 7, 9],
  CM: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
  CP: [1, 2, 3, 4, 6, 7, 8, 9, 10],
  IA: [1, 2, 3, 4, 5, 6, 7, 8, 11, 12],
  IR: [1, 2, 3, 4, 5, 6, 7, 8],
  RA: [1, 2, 3, 5, 7, 9],
  SA: [1, 2, 3, 4, 5, 8, 9, 10, 11, 15, 22],
  SC: [1, 2, 4, 5, 7, 8, 10, 12, 13, 15, 17, 18, 20, 21, 22, 23, 28, 39],
  SI: [1, 2, 3, 4, 5, 7, 8, 10, 11, 12, 16],
  SR: [1, 2, 3, 5, 6, 8, 10, 11, 12],
};

/** Base controls that the baseline does not ask for and infrastructure shows all the same. */
const beyondBaseline: readonly string[] = ["CM-14", "SC-6", "SR-4"];

/** The parts of a number in their order: numbers as numbers, so that 5.10 comes after 5.9. */
const parts = (number: string) =>
  number.match(/\d+|[A-Za-z]+/g)?.map((part) => (/\d/.test(part) ? Number(part) : part));

function isAfter(one: string, other: string): boolean {
  const [left = [], right = []] = [parts(one), parts(other)];
  for (const [index, part] of left.entries()) {
    const against = right[index];
    if (against === undefined) return true;
    if (part !== against) return part > against;
  }
  return false;
}

describe("policy/frameworks", () => {
  for (const key of frameworkKeys) {
    const { controls, name, reference, version }: Framework = frameworks[key];
    const numbers = Object.keys(controls);

    describe(key, () => {
      it("says what it is and where it is published", () => {
        assert.notEqual(name, "");
        assert.notEqual(version, "");
        assert.match(reference, /^https:\/\/\S+$/);
      });

      it("numbers its controls as its publisher does", () => {
        assert.deepEqual(
          numbers.filter((number) => !numbering[key].test(number)),
          [],
        );
      });

      it("gives every control a short title of its own", () => {
        const titles = Object.values(controls).map(({ title }) => title);
        assert.deepEqual(
          titles.filter((title) => title.trim() === "" || title.endsWith(".") || title.split(" ").length > 12),
          [],
        );
        assert.deepEqual(
          titles.filter((title, index) => titles.indexOf(title) !== index),
          [],
        );
      });

      // An object lists keys that are bare integers first, whatever their place: no framework may have one.
      it("lists its controls in the order of their numbers", () => {
        // SOC 2's own order of its categories is CC, A, C.
        const rank = (number: string) => (key === "SOC2" ? number.replace(/^A/, "X").replace(/^C1/, "Y1") : number);
        const ranked = numbers.map(rank);
        assert.deepEqual(
          ranked.filter((number, index) => index > 0 && !isAfter(number, ranked[index - 1] ?? "")),
          [],
        );
      });
    });
  }

  for (const [key, part, pattern, count] of counts) {
    it(`has as many controls in ${part} of ${key} as are published: ${count}`, () => {
      assert.equal(Object.keys(frameworks[key].controls).filter((number) => pattern.test(number)).length, count);
    });
  }

  it("has every base control of NIST's moderate baseline, and few beyond it", () => {
    const baseline = Object.entries(moderateBaseline).flatMap(([family, numbers]) =>
      numbers.map((number) => `${family}-${number}`),
    );
    const bases = Object.keys(frameworks.NIST.controls).filter((number) => !number.includes("("));
    assert.deepEqual(
      bases.filter((number) => !beyondBaseline.includes(number)),
      baseline,
    );
    assert.deepEqual(
      bases.filter((number) => !baseline.includes(number)),
      beyondBaseline,
    );
  });

  it("has the control of every enhancement", () => {
    const numbers = Object.keys(frameworks.NIST.controls);
    const enhanced = numbers.filter((number) => number.includes("("));
    assert.deepEqual(
      enhanced.filter((number) => !numbers.includes(number.replace(/\(.*/, ""))),
      [],
    );
  });

  it("finds the framework and the control of every citation", () => {
    for (const { framework, id, title } of allControls()) {
      const found = frameworkOf(id);
      assert.equal(found.key, framework);
      assert.equal(found.name, frameworks[framework].name);
      assert.equal(id, `${found.key} ${found.control}`);
      assert.equal(found.controls[found.control]?.title, title);
    }
  });

  it("lists every control once", () => {
    const ids = allControls().map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
    assert.equal(
      ids.length,
      Object.values(frameworks).reduce((sum, { controls }) => sum + Object.keys(controls).length, 0),
    );
  });
});
