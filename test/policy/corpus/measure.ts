import { exemptionsOf } from "../../../policy/exemptions.ts";
import { type Judgement, judge, type Population } from "../../../policy/judge.ts";
import type { JudgedResource } from "../../../policy/resource.ts";
import { rules } from "../../../policy/rules.ts";
import { runMocked } from "../../support/pulumi-mocks.ts";
import { account, type Flaw, type Program, region, stackName } from "./program.ts";

/** A finding, and whether the program's flaws have it. */
interface Blame {
  readonly resource: string;
  readonly policy: string;
  readonly text: string;
  readonly isExpected: boolean;
}

/** What the policies made of a program. */
export interface Measurement {
  readonly program: Program;
  readonly resources: readonly JudgedResource[];
  readonly judgements: readonly Judgement[];
  readonly blames: readonly Blame[];
  readonly found: readonly Flaw[];
  readonly missed: readonly Flaw[];
}

/** Builds a program under mocks and judges it by every policy, without exemptions. */
export async function measure(program: Program): Promise<Measurement> {
  const population = await populationOf(program);
  const pack = rules.map((rule) => ({ rule, enforcement: "mandatory" as const }));
  const judgements = judge(pack, population, exemptionsOf([], "2026-12-01"));
  const blames = judgements.flatMap(({ findings, resource, rule }) =>
    findings.map(({ text }) => ({
      resource: resource.name,
      policy: rule.name,
      text,
      isExpected: program.flaws.some(
        (flaw) => flaw.resource === resource.name && [...flaw.policies, ...(flaw.also ?? [])].includes(rule.name),
      ),
    })),
  );
  const isFound = ({ policies, resource, saying = "" }: Flaw) =>
    blames.some((each) => each.resource === resource && policies.includes(each.policy) && each.text.includes(saying));
  return {
    program,
    resources: population.inputs,
    judgements,
    blames,
    found: program.flaws.filter(isFound),
    missed: program.flaws.filter((flaw) => !isFound(flaw)),
  };
}

/** `recall 0.97 (87 of 90 flaws), precision 0.99 (203 of 205 findings)` */
export function summary(measurements: readonly Measurement[]): string {
  const { blames, expected, flaws, found, precision, recall } = rates(measurements);
  return (
    `recall ${recall.toFixed(2)} (${found} of ${flaws} flaws), ` +
    `precision ${precision.toFixed(2)} (${expected} of ${blames} findings)`
  );
}

interface Rates {
  readonly flaws: number;
  readonly found: number;
  /** Share of the flaws that are found. */
  readonly recall: number;
  readonly blames: number;
  readonly expected: number;
  /** Share of the findings that are true. */
  readonly precision: number;
}

export function rates(measurements: readonly Measurement[]): Rates {
  const sum = (count: (measurement: Measurement) => number) =>
    measurements.reduce((total, measurement) => total + count(measurement), 0);
  const flaws = sum(({ program }) => program.flaws.length);
  const found = sum((each) => each.found.length);
  const blames = sum((each) => each.blames.length);
  const expected = sum((each) => each.blames.filter(({ isExpected }) => isExpected).length);
  return { flaws, found, recall: found / flaws, blames, expected, precision: expected / blames };
}

/** What a program builds under mocks, as policies see it. */
export async function populationOf({ program }: Program): Promise<Population> {
  const { resources } = await runMocked(program, {
    stack: stackName,
    outputs: ({ name, type }) => outputsOf(type, name),
  });
  const inputs = resources.map(({ inputs: given, name, protect, type }): JudgedResource => {
    const props = unwrapped(given) as JudgedResource["props"];
    const urn = `urn:pulumi:${stackName}::corpus::${type}::${name}`;
    return { urn, type, name, props, stack: stackName, protect, id: `${name}-id`, dependencies: {} };
  });
  const outputs = inputs.map((each) => ({
    ...each,
    props: { id: each.id, ...outputsOf(each.type, each.name), ...each.props },
  }));
  return { inputs, outputs };
}

/** An ARN that no other resource has; its form matters to no policy here. A load balancer's metrics go by the end of it. */
function outputsOf(type: string, name: string): Readonly<Record<string, string>> {
  const [, service, kind] = /^[^:]+:([^/:]+)\/?([^:]*):/.exec(type) ?? [];
  return { arn: `arn:aws:${service}:${region}:${account}:${kind}/${name}`, arnSuffix: `app/${name}/0123456789abcdef` };
}

/** The mark of a secret in what the SDK sends: `specialSigKey` of the SDK's rpc module. The engine shows policies what it holds. */
const secretMark = "4dabf18193072939515e22adb298388d";

function unwrapped(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(unwrapped);
  if (secretMark in value && "value" in value) return unwrapped(value.value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, unwrapped(inner)]));
}
