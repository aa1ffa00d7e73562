import assert from "node:assert/strict";
import {
  type PolicyResource,
  type ResourceValidation,
  type ResourceValidationPolicy,
  type StackValidationPolicy,
  unknownCheckingProxy,
} from "@pulumi/policy";
import { toPolicies } from "../../policy/engine.ts";
import { exemptionsOf } from "../../policy/exemptions.ts";
import { judge, type Population } from "../../policy/judge.ts";
import type { Pack } from "../../policy/packs.ts";
import { rules } from "../../policy/rules.ts";
import { readJudged } from "../../policy/state.ts";
import { corpus } from "./corpus/corpus.ts";
import { populationOf } from "./corpus/measure.ts";

const none = exemptionsOf([], "2026-12-01");
const pack: Pack = rules.map((rule) => ({ rule, enforcement: "mandatory" }));

const sorted = (findings: Iterable<string>) => [...findings].sort();

/** What the engine's policies report, asked as the engine asks: each resource by its inputs, then the stack by its outputs. */
async function asEngine({ inputs, outputs }: Population): Promise<string[]> {
  const found: string[] = [];
  const policies = toPolicies(pack, none);
  const opts = (protect: boolean) => ({ protect }) as PolicyResource["opts"];
  for (const { name, props, protect, type, urn } of inputs)
    for (const policy of policies) {
      const { name: rule, validateResource } = policy as ResourceValidationPolicy;
      const args = { type, name, urn, props: unknownCheckingProxy({ ...props }), opts: opts(protect) };
      await (validateResource as ResourceValidation | undefined)?.(args as never, (text) => {
        found.push(`${rule} ${urn} ${text.split("\n")[0]}`);
      });
    }
  const resources = outputs.map(({ name, props, protect, type, urn }) => ({
    ...{ type, name, urn, props: unknownCheckingProxy({ ...props }), opts: opts(protect) },
    propertyDependencies: {},
  }));
  for (const policy of policies)
    if ("validateStack" in policy)
      await (policy as StackValidationPolicy).validateStack({ resources } as never, (text, urn) => {
        found.push(`${policy.name} ${urn} ${text.split("\n")[0]}`);
      });
  return sorted(found);
}

const asJudge = (population: Population) =>
  sorted(
    judge(pack, population, none).flatMap(({ findings, resource, rule }) =>
      findings.map(({ text }) => `${rule.name} ${resource.urn} ${resource.name} ${text}`.split("\n")[0] ?? ""),
    ),
  );

/** The population as `pulumi stack export` would print it. */
const exported = ({ inputs, outputs }: Population) =>
  JSON.stringify({
    deployment: {
      resources: inputs.map(({ dependencies, id, props, protect, type, urn }, index) => ({
        ...{ urn, type, id, protect },
        inputs: props,
        outputs: outputs[index]?.props,
        propertyDependencies: dependencies,
      })),
    },
  });

describe("the engine, a file and a state", function () {
  this.timeout(120_000);
  for (const program of corpus)
    it(`are judged alike: ${program.name}`, async () => {
      const population = await populationOf(program);
      const judged = asJudge(population);
      assert.ok(judged.length > 10, `${judged.length} findings are compared`);
      assert.deepEqual(await asEngine(population), judged);
      assert.deepEqual(asJudge(readJudged(exported(population)).population), judged);
    });
});
