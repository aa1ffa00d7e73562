import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { exemptionsFile, readExemptions } from "../../../policy/exemptions.ts";
import { applies, judge, type Population } from "../../../policy/judge.ts";
import { environmentOf, type JudgedResource } from "../../../policy/resource.ts";
import type { Rule } from "../../../policy/rule.ts";
import { rules } from "../../../policy/rules.ts";
import { buildLocalDev } from "../../stacks/support/stacks.ts";
import { buildWhole, populationOf } from "../support/population.ts";
import type { Breach, Props } from "./breach.ts";
import { computeBreaches } from "./breaches-compute.ts";
import { dataBreaches } from "./breaches-data.ts";
import { identityBreaches } from "./breaches-identity.ts";
import { networkBreaches } from "./breaches-network.ts";

const breaches: Readonly<Record<string, readonly Breach[]>> = {
  ...computeBreaches,
  ...dataBreaches,
  ...identityBreaches,
  ...networkBreaches,
};

/** Types of which a single one, taken away, leaves something unguarded. */
const guards: readonly string[] = [
  "aws:ec2/flowLog:FlowLog",
  "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
  "aws:backup/selection:Selection",
  "aws:backup/vaultLockConfiguration:VaultLockConfiguration",
  "aws:ecr/lifecyclePolicy:LifecyclePolicy",
  "aws:budgets/budget:Budget",
  "github:index/repositoryEnvironment:RepositoryEnvironment",
  "kubernetes:core/v1:LimitRange",
  "kubernetes:core/v1:ResourceQuota",
  "kubernetes:policy/v1:PodDisruptionBudget",
];

/** Protected by us, though a network holds nothing and logs are kept by their retention, which has policies of its own. */
const heldOtherwise = new Set(["aws:cloudwatch/logGroup:LogGroup", "aws:ec2/vpc:Vpc"]);

/** Of all breaches, in hundredths, so many are reported at least. */
const aim = 95;

/** Breaks each security-relevant property of each resource, one at a time, and asks whether anybody notices. */
describe("a security-relevant property that is broken", function () {
  this.timeout(300_000);
  const exemptions = readExemptions(
    exemptionsFile,
    new Date().toISOString().slice(0, 10),
    rules.map(({ name }) => name),
  );
  const missed = new Map<string, string[]>();
  let [caught, all] = [0, 0];

  /** Findings that are not exempt, by the rules that could notice a change of this type. */
  const findings = (population: Population, selected: readonly Rule[]): ReadonlySet<string> =>
    new Set(
      judge(
        selected.map((rule) => ({ rule, enforcement: "mandatory" as const })),
        population,
        exemptions,
      ).flatMap((judgement) =>
        judgement.findings
          .filter(({ exemption }) => !exemption)
          .map(({ text }) => `${judgement.rule.name} ${judgement.resource.urn} ${text}`),
      ),
    );
  const stackRules = rules.filter(({ scope }) => scope === "stack");

  for (const [stack, build] of [
    ["dev", buildLocalDev],
    ["staging", () => buildWhole("staging")],
    ["prod", () => buildWhole("prod")],
  ] as const)
    it(`is reported in ${stack}`, async () => {
      const population = populationOf(await build());
      const before = findings(population, rules);
      const note = (what: string, found: ReadonlySet<string>) => {
        all++;
        if ([...found].some((finding) => !before.has(finding))) caught++;
        else missed.set(what, [...(missed.get(what) ?? []), stack]);
      };
      for (const [index, resource] of population.inputs.entries()) {
        const own = rules.filter((rule) => rule.scope !== "stack" && applies(rule, resource));
        for (const breach of breaches[resource.type] ?? []) {
          const props = breach.break(resource.props as Props);
          if (!props || isDeepStrictEqual(props, resource.props)) continue;
          if (breach.productionOnly && environmentOf(resource) !== "production") continue;
          const alone = findings({ inputs: [{ ...resource, props }], outputs: [] }, own);
          const noticed = [...alone].some((finding) => !before.has(finding));
          note(
            `${resource.type} ${breach.what}`,
            noticed ? alone : findings(broken(population, index, props), stackRules),
          );
        }
        if (guards.includes(resource.type))
          note(
            `${resource.type} taken away`,
            findings({ inputs: [], outputs: population.outputs.filter(({ urn }) => urn !== resource.urn) }, stackRules),
          );
        const unprotected = { ...resource, protect: false };
        if (resource.protect && !heldOtherwise.has(resource.type))
          note(`${resource.type} no longer protected`, findings({ inputs: [unprotected], outputs: [] }, own));
      }
    });

  after(() => {
    const list = [...missed].map(
      ([what, stacks]) => `      ${what} (${[...new Set(stacks)].join(", ")}: ${stacks.length})`,
    );
    const share = ((100 * caught) / all).toFixed(1);
    process.stdout.write(`    ${caught} of ${all} breaches are reported, ${share} %\n`);
    if (list.length > 0) process.stdout.write(`    not:\n${list.sort().join("\n")}\n`);
  });

  it("is reported nearly always", () => {
    assert.ok(all > 1000, `${all} breaches`);
    assert.ok((100 * caught) / all >= aim, `${caught} of ${all}; those that nobody reports are listed below`);
  });
});

function broken({ inputs, outputs }: Population, index: number, props: Props): Population {
  const change = (list: readonly JudgedResource[]) =>
    list.map((each, at) => (at === index ? { ...each, props: { ...props, ...outputsOnly(each, props) } } : each));
  return { inputs, outputs: change(outputs) };
}

/** What the provider adds, which a change of inputs leaves. */
function outputsOnly({ props }: JudgedResource, changed: Props): Props {
  return Object.fromEntries(Object.entries(props).filter(([key]) => ["arn", "id"].includes(key) && !(key in changed)));
}
