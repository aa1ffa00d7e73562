/** OpenFeature's contextMerging.feature (open-feature/spec, Apache-2.0): every scenario, with all its examples. */
import assert from "node:assert/strict";
import {
  AsyncLocalStorageTransactionContextPropagator,
  type EvaluationContext,
  OpenFeature,
} from "@openfeature/server-sdk";
import { SlipwayProvider } from "../../../../delivery/flags/index.ts";
import { given } from "./fixture.ts";

const levels = ["API", "Transaction", "Client", "Invocation", "Before Hooks"] as const;
type Level = (typeof levels)[number];

/** A provider that shows with which context it was asked. */
class Retrievable extends SlipwayProvider {
  context: EvaluationContext | undefined;

  override async resolveBooleanEvaluation(key: string, otherwise: boolean, context: EvaluationContext) {
    this.context = context;
    return super.resolveBooleanEvaluation(key, otherwise, context);
  }
}

/** The context that arrives when each level has these entries. */
async function merged(entries: Partial<Record<Level, EvaluationContext>>): Promise<EvaluationContext | undefined> {
  const { client, provider } = await given("stable", Retrievable);
  OpenFeature.setContext(entries.API ?? {});
  client.setContext(entries.Client ?? {});
  const hooks = [{ before: () => entries["Before Hooks"] ?? {} }];
  const ask = () => client.getBooleanValue("boolean-flag", false, entries.Invocation ?? {}, { hooks });
  await new Promise<void>((resolve, reject) => {
    OpenFeature.setTransactionContext(entries.Transaction ?? {}, () => ask().then(() => resolve(), reject));
  });
  return (provider as Retrievable).context;
}

describe("OpenFeature's context merging scenarios", () => {
  before(() => OpenFeature.setTransactionContextPropagator(new AsyncLocalStorageTransactionContextPropagator()));
  after(async () => {
    OpenFeature.setContext({});
    await OpenFeature.close();
  });

  for (const level of levels) {
    it(`an entry is added to a single level: ${level}`, async () => {
      assert.equal((await merged({ [level]: { key: "value" } }))?.key, "value");
    });
  }

  const sets: [string, readonly Level[]][] = [
    ["a transaction", levels.filter((level) => level !== "Before Hooks")],
    ["a hook", levels.filter((level) => level !== "Transaction")],
    ["a transaction and a hook", levels],
  ];
  for (const [what, used] of sets) {
    it(`with ${what}, entries of all levels with different keys are there`, async () => {
      const context = await merged(Object.fromEntries(used.map((level) => [level, { [level]: `${level} value` }])));
      for (const level of used) assert.equal(context?.[level], `${level} value`);
    });

    for (const [index, last] of used.entries()) {
      it(`with ${what}, the entry of ${last} overwrites those before it`, async () => {
        const before = used.slice(0, index + 1);
        assert.equal((await merged(Object.fromEntries(before.map((level) => [level, { key: level }]))))?.key, last);
      });
    }
  }
});
