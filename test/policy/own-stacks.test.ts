import assert from "node:assert/strict";
import { exemptionsFile, readExemptions } from "../../policy/exemptions.ts";
import { type Judgement, judge } from "../../policy/judge.ts";
import { packFor } from "../../policy/packs.ts";
import { rules } from "../../policy/rules.ts";
import { buildLocalDev } from "../stacks/support/stacks.ts";
import { buildWhole, populationOf } from "./support/population.ts";

/** Every stack that this repository could build, each with everything that it can have. */
const stacks = {
  "dev on this machine": buildLocalDev,
  "dev in AWS": () => buildWhole("dev"),
  "pr-42": () => buildWhole("pr-42"),
  staging: () => buildWhole("staging"),
  prod: () => buildWhole("prod"),
} as const;

describe("our own stacks, as the policies see them", function () {
  this.timeout(180_000);
  const today = new Date().toISOString().slice(0, 10);
  const exemptions = readExemptions(
    exemptionsFile,
    today,
    rules.map(({ name }) => name),
  );
  const judgements = new Map<string, readonly Judgement[]>();
  before(async () => {
    for (const [name, build] of Object.entries(stacks)) {
      const stack = await build();
      judgements.set(name, judge(packFor(stack.stack), populationOf(stack), exemptions));
    }
  });
  const of = (stack: string) => judgements.get(stack) ?? assert.fail(stack);

  for (const stack of Object.keys(stacks))
    it(`${stack} complies in full, but for what is exempt`, () => {
      const wrong = of(stack).filter(({ verdict }) => verdict !== "passed" && verdict !== "exempt");
      assert.deepEqual(
        wrong.map(
          ({ findings, reason, resource, rule, verdict }) =>
            `${rule.name}: ${resource.name} ${verdict} ${reason ?? findings.map(({ text }) => text).join(" ")}`,
        ),
        [],
      );
    });

  it("have something that nearly every policy is about", () => {
    const judged = new Set(Object.keys(stacks).flatMap((stack) => of(stack).map(({ rule }) => rule.name)));
    const idle = rules.filter(({ name }) => !judged.has(name)).map(({ name }) => name);
    assert.ok(judged.size >= 60, `${judged.size} policies judge something; not ${idle.join(", ")}`);
  });

  it("need every exemption that there is, none of which has expired", () => {
    assert.deepEqual(exemptions.expired, []);
    assert.deepEqual(
      ["dev", "pr-42", "staging", "prod"].flatMap((stack) => exemptions.unused(stack)),
      [],
    );
  });
});
