import assert from "node:assert/strict";
import { rules } from "../../../policy/rules.ts";
import { corpus } from "./corpus.ts";
import { type Measurement, measure, rates, summary } from "./measure.ts";

/**
 * The policies held against others' eyes: flaws that public scanners look for, in programs that were not written for the policies.
 * Recall is the share of the flaws that a policy finds, precision the share of the findings that are true.
 */
describe("the policies on insecure programs", function () {
  this.timeout(120_000);
  const measurements: Measurement[] = [];
  before(async () => {
    // The mocks are the process's own, so that one program runs after the other.
    for (const program of corpus) measurements.push(await measure(program));
  });

  it("find what scanners find, and blame nothing else", () => {
    for (const each of measurements) console.log(`      ${each.program.name}: ${summary([each])}`);
    console.log(`      in all: ${summary(measurements)}`);
    const missed = measurements.flatMap(({ missed: flaws, program }) =>
      flaws.map(({ like, resource, what }) => `${program.name}: ${resource} ${what} (${like})`),
    );
    const wrong = measurements.flatMap(({ blames, program }) =>
      blames
        .filter(({ isExpected }) => !isExpected)
        .map(({ policy, resource, text }) => `${program.name}: ${policy}: ${resource} ${text}`),
    );
    for (const each of missed) console.log(`      missed: ${each}`);
    for (const each of wrong) console.log(`      blamed wrongly: ${each}`);
    const { precision, recall } = rates(measurements);
    assert.ok(recall >= 0.9, `recall ${recall}; missed:\n${missed.join("\n")}`);
    assert.ok(precision >= 0.95, `precision ${precision}; blamed wrongly:\n${wrong.join("\n")}`);
  });

  it("are held against 90 flaws or more, and 40 sound resources", () => {
    const sound = measurements.flatMap(({ judgements, program }) => [
      ...new Set(
        judgements
          .map(({ resource }) => resource.name)
          .filter((name) => !program.flaws.some(({ resource }) => resource === name)),
      ),
    ]);
    assert.ok(rates(measurements).flaws >= 90);
    assert.ok(sound.length >= 40, `${sound.length} sound resources`);
  });

  it("can judge every resource of the programs", () => {
    const failed = measurements.flatMap(({ judgements }) =>
      judgements.filter(({ verdict }) => verdict === "error" || verdict === "unknown"),
    );
    assert.deepEqual(
      failed.map(({ reason, resource, rule }) => `${rule.name}: ${resource.name}: ${reason}`),
      [],
    );
  });

  it("say all that the programs expect beside the flaws", () => {
    const unsaid = measurements.flatMap(({ blames, program }) =>
      program.flaws.flatMap(({ also = [], resource }) =>
        also
          .filter((policy) => !blames.some((each) => each.policy === policy && each.resource === resource))
          .map((policy) => `${resource}: ${policy}`),
      ),
    );
    assert.deepEqual([...new Set(unsaid)], []);
  });

  it("are named as they are, by flaws of resources that there are once", () => {
    const policies = new Set(rules.map(({ name }) => name));
    for (const { program, resources } of measurements)
      for (const flaw of program.flaws) {
        assert.equal(resources.filter(({ name }) => name === flaw.resource).length, 1, flaw.resource);
        for (const policy of [...flaw.policies, ...(flaw.also ?? [])]) assert.ok(policies.has(policy), policy);
      }
  });
});
