import assert from "node:assert/strict";
import { enforcementOf, packFor } from "../../policy/packs.ts";
import { environmentOfStack } from "../../policy/resource.ts";
import { categories } from "../../policy/rule.ts";
import { rules } from "../../policy/rules.ts";
import { isSelected, selectionOf, selections, selectionsOf } from "../../policy/selections.ts";

const advisory = (stack: string | undefined) =>
  packFor(stack).flatMap(({ enforcement, rule }) => (enforcement === "advisory" ? [rule] : []));

describe("packs of policies", () => {
  for (const stack of ["prod", "production", "", undefined]) {
    it(`judge ${stack === undefined ? "an unnamed stack" : `"${stack}"`} strictly`, () =>
      assert.deepEqual(advisory(stack), []));
  }

  it("only warn staging of what is untidy", () => {
    assert.ok(advisory("staging").every(({ severity }) => severity === "low"));
  });

  for (const stack of ["dev", "pr-12"]) {
    it(`stop "${stack}" for secrets and for what is dangerous anywhere, and warn of the rest`, () => {
      const warned = advisory(stack);
      assert.ok(warned.length > 0);
      for (const rule of rules)
        assert.equal(!warned.includes(rule), rule.severity === "critical" || rule.category === "secrets", rule.name);
    });
  }

  it("select every policy for every stack", () => {
    for (const stack of ["dev", "staging", "prod"])
      assert.deepEqual(
        packFor(stack).map(({ rule }) => rule),
        rules,
      );
  });

  it("are none empty, and have every policy in one by what it protects", () => {
    for (const [name, selection] of Object.entries(selections))
      assert.ok(
        rules.some((rule) => isSelected(rule, selection)),
        name,
      );
    const byCategory = new Set(categories.map((category) => category.toLowerCase().replaceAll(" ", "-")));
    for (const rule of rules)
      assert.equal(selectionsOf(rule).filter((name) => byCategory.has(name)).length, 1, rule.name);
  });

  it("of a framework hold what is evidence for one of its controls", () => {
    const gdpr = packFor("prod", selectionOf("gdpr")).map(({ rule }) => rule);
    assert.deepEqual(
      gdpr,
      rules.filter(({ controls }) => controls.some((control) => control.startsWith("GDPR "))),
    );
  });

  it("are refused by a name that there is not", () => {
    for (const name of ["", "soc3", "toString"]) assert.throws(() => selectionOf(name), /there is no pack/);
  });

  it("enforce in pre-production what they enforce in production", () => {
    for (const rule of rules)
      assert.equal(enforcementOf(rule, "preProduction"), enforcementOf(rule, environmentOfStack("prod")), rule.name);
  });
});
