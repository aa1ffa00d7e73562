import assert from "node:assert/strict";
import { UnknownValueError } from "@pulumi/policy";
import fc from "fast-check";
import type { Rule } from "../../policy/rule.ts";
import { rules } from "../../policy/rules.ts";
import { accessMatrixCases } from "./cases/access-matrix.ts";
import { costCases } from "./cases/cost.ts";
import { encryptionCases } from "./cases/encryption.ts";
import { exposureCases } from "./cases/exposure.ts";
import { identityCases } from "./cases/identity.ts";
import { isolationCases } from "./cases/isolation.ts";
import { kubernetesCases } from "./cases/kubernetes.ts";
import { loggingCases } from "./cases/logging.ts";
import { releaseProcessCases } from "./cases/release-process.ts";
import { resilienceCases } from "./cases/resilience.ts";
import { secretsCases } from "./cases/secrets.ts";
import { supplyChainCases } from "./cases/supply-chain.ts";
import { type Case, type Cases, findingsOf, unknown } from "./support/cases.ts";

const cases: Cases = {
  ...accessMatrixCases,
  ...costCases,
  ...encryptionCases,
  ...exposureCases,
  ...identityCases,
  ...isolationCases,
  ...kubernetesCases,
  ...loggingCases,
  ...releaseProcessCases,
  ...resilienceCases,
  ...secretsCases,
  ...supplyChainCases,
};

/** Judge what is known and pass over the rest: the engine judges again, with every value, before it builds. */
const passOver = new Set(["plain-secrets"]);
/** Judge by what the resource is, not by any of its inputs. */
const readNoInputs = new Set(["stateful-protection"]);

/** The case, once for each input of the judged resource, with that input not known yet. */
function unknownInputs(given: Case): readonly Case[] {
  return Object.keys(given.resource.props ?? {}).map((key) => ({
    ...given,
    title: `${given.title}, ${key} not known`,
    resource: { ...given.resource, props: { ...given.resource.props, [key]: unknown } },
  }));
}

/** Undefined where the judgement has to wait for a value. */
function decided(rule: Rule, given: Case): readonly string[] | undefined {
  try {
    return findingsOf(rule, given);
  } catch (error) {
    assert.ok(error instanceof UnknownValueError, `${given.title}: ${error}`);
    return undefined;
  }
}

describe("policy", () => {
  for (const rule of rules) {
    describe(rule.name, () => {
      const own = cases[rule.name] ?? [];

      it("is tried with what it accepts and what it refuses", () => {
        assert.ok(own.some(({ findings }) => findings.length > 0));
        assert.ok(own.some(({ findings }) => findings.length === 0));
      });

      for (const given of own) it(given.title, () => assert.deepEqual(findingsOf(rule, given), given.findings));

      it("says what it wants, why, and how to mend it, each in one sentence", () => {
        for (const text of [rule.description, rule.rationale, rule.remediation]) assert.match(text, /^[A-Z].*[.)]$/s);
        assert.match(rule.name, /^[a-z]+[0-9]*(-[a-z0-9]+)*$/);
        assert.ok(rule.controls.length > 0);
        assert.deepEqual([...new Set(rule.controls)], rule.controls);
      });

      it("blames nothing for a value that is not known yet", () => {
        for (const compliant of own.filter(({ findings }) => findings.length === 0))
          for (const given of unknownInputs(compliant)) assert.deepEqual(decided(rule, given) ?? [], [], given.title);
      });

      if (!passOver.has(rule.name) && !readNoInputs.has(rule.name))
        it("waits for a value that decides", () => {
          const waits = own.flatMap(unknownInputs).filter((given) => decided(rule, given) === undefined);
          assert.ok(waits.length > 0);
        });

      it("fails on no properties but those that are not known yet", () => {
        const types = rule.appliesTo === "every resource" ? ["x:y:Z"] : rule.appliesTo;
        const names = own.flatMap(({ resource }) => Object.keys(resource.props ?? {}));
        const key = names.length > 0 ? fc.oneof(fc.string(), fc.constantFrom(...names)) : fc.string();
        fc.assert(
          fc.property(fc.constantFrom(...types), fc.dictionary(key, fc.jsonValue()), (type, props) => {
            // An object that redefines how it becomes a text makes JavaScript itself throw; a policy that throws never passes.
            fc.pre(!/"(toString|valueOf)"/.test(JSON.stringify(props)));
            for (const finding of findingsOf(rule, { resource: { type, props: props as Record<string, unknown> } }))
              assert.equal(typeof finding, "string");
          }),
        );
      });
    });
  }

  it("names no policy twice, and has cases for each", () => {
    const names = rules.map(({ name }) => name);
    assert.deepEqual([...new Set(names)], names);
    assert.deepEqual(Object.keys(cases).sort(), names.toSorted());
  });
});
