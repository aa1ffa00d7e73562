import assert from "node:assert/strict";
import {
  type ResourceValidation,
  type ResourceValidationArgs,
  UnknownValueError,
  unknownCheckingProxy,
} from "@pulumi/policy";
import { type Rule, toPolicy } from "../../policy/rule.ts";

const rule: Rule = {
  name: "small-things",
  title: "Small things",
  severity: "low",
  description: "A thing is small.",
  rationale: "Big things do not fit.",
  remediation: "Set size to 1.",
  controls: [
    { framework: "SOC 2", version: "2017", id: "CC1.1" },
    { framework: "ISO 27001", version: "2022", id: "A.5.1" },
  ],
  appliesTo: ["test:index/thing:Thing"],
  judge: ({ props, stack, protect }) =>
    props.size === 1 ? [] : [`is of size ${props.size} in ${stack}, protect ${protect}.`],
};

async function report(of: Rule, type: string, props: Record<string, unknown>): Promise<string[]> {
  const found: string[] = [];
  const args = {
    type,
    props: unknownCheckingProxy(props),
    urn: `urn:pulumi:staging::slipway::${type}::staging-thing`,
    name: "staging-thing",
    opts: { protect: true },
  } as unknown as ResourceValidationArgs;
  await (toPolicy(of, "mandatory").validateResource as ResourceValidation)(args, (message) => void found.push(message));
  return found;
}

describe("policy/rule", () => {
  it("reports what is wrong, why it matters and how to mend it", async () => {
    assert.deepEqual(await report(rule, "test:index/thing:Thing", { size: 2 }), [
      "staging-thing is of size 2 in staging, protect true.\n  Why: Big things do not fit.\n  Mend: Set size to 1.",
    ]);
  });

  it("reports nothing of a resource that complies or is of another type", async () => {
    assert.deepEqual(await report(rule, "test:index/thing:Thing", { size: 1 }), []);
    assert.deepEqual(await report(rule, "test:index/other:Other", { size: 2 }), []);
  });

  it("judges every resource when the rule says so", async () => {
    assert.equal(
      (await report({ ...rule, appliesTo: "every resource" }, "test:index/other:Other", { size: 2 })).length,
      1,
    );
  });

  it("leaves a value that is not known yet to the engine", async () => {
    await assert.rejects(
      report(rule, "test:index/thing:Thing", { size: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" }),
      UnknownValueError,
    );
  });

  it("does not let a rule that throws pass for a good judgement", async () => {
    const broken: Rule = {
      ...rule,
      judge: () => {
        throw new TypeError("x is undefined");
      },
    };
    await assert.rejects(report(broken, "test:index/thing:Thing", {}), {
      message:
        "The policy small-things could not judge urn:pulumi:staging::slipway::test:index/thing:Thing::staging-thing: x is undefined. " +
        "This is a fault of the policy, not of the resource; nothing is built until it is mended.",
    });
  });

  it("tells the engine severity, remediation and controls", () => {
    const { validateResource: _, ...metadata } = toPolicy(rule, "advisory");
    assert.deepEqual(metadata, {
      name: "small-things",
      displayName: "Small things",
      description: "A thing is small.",
      severity: "low",
      enforcementLevel: "advisory",
      remediationSteps: "Set size to 1.",
      tags: ["SOC 2 CC1.1", "ISO 27001 A.5.1"],
      framework: { name: "SOC 2", version: "2017", reference: "CC1.1", specification: "A thing is small." },
    });
  });
});
