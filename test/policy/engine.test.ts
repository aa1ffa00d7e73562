import assert from "node:assert/strict";
import {
  type PolicyResource,
  type ResourceValidation,
  type ResourceValidationArgs,
  type ResourceValidationPolicy,
  type StackValidationArgs,
  type StackValidationPolicy,
  unknownCheckingProxy,
} from "@pulumi/policy";
import { toPolicies } from "../../policy/engine.ts";
import { type Exemptions, exemptionsOf } from "../../policy/exemptions.ts";
import { refersTo } from "../../policy/resource.ts";
import type { Enforcement, ResourceRule, Rule, StackRule } from "../../policy/rule.ts";
import { unknown } from "./support/cases.ts";

const none = exemptionsOf([], "2026-12-01");
const thing = "test:index/thing:Thing";

/** The policy of one rule, and the one that tells what waits. */
function policiesOf(rule: Rule, enforcement: Enforcement, exemptions: Exemptions) {
  const [first, policy, last, ...more] = toPolicies([{ rule, enforcement }], exemptions);
  assert.ok(first && policy && last && more.length === 0);
  return { first: first as ResourceValidationPolicy, policy, waiting: last as StackValidationPolicy };
}

const toPolicy = (...args: Parameters<typeof policiesOf>) => policiesOf(...args).policy;

class NotApplicable extends Error {}
const notApplicable = (reason?: string): never => {
  throw new NotApplicable(reason);
};

const rule: ResourceRule = {
  name: "small-things",
  title: "Small things",
  severity: "low",
  description: "A thing is small.",
  rationale: "Big things do not fit.",
  remediation: "Set size to 1.",
  category: "cost",
  controls: ["SOC2 CC1.1", "ISO27001 A.5.1"],
  appliesTo: [thing],
  judge: ({ props, stack, protect }) =>
    props.size === 1 ? [] : [`is of size ${props.size} in ${stack}, protect ${protect}.`],
};

function argsOf(type: string, props: Record<string, unknown>): ResourceValidationArgs {
  return {
    type,
    props: unknownCheckingProxy(props),
    urn: `urn:pulumi:staging::slipway::${type}::staging-thing`,
    name: "staging-thing",
    opts: { protect: true },
    notApplicable,
  } as unknown as ResourceValidationArgs;
}

async function report(
  of: ResourceRule,
  type: string,
  props: Record<string, unknown>,
  exemptions = none,
): Promise<string[]> {
  const found: string[] = [];
  const { validateResource } = toPolicy(of, "mandatory", exemptions) as ResourceValidationPolicy;
  await (validateResource as ResourceValidation)(argsOf(type, props), (message) => void found.push(message));
  return found;
}

describe("policy/engine", () => {
  it("reports what is wrong, why it matters and how to mend it", async () => {
    assert.deepEqual(await report(rule, thing, { size: 2 }), [
      "staging-thing is of size 2 in staging, protect true.\n  Why: Big things do not fit.\n  Mend: Set size to 1.",
    ]);
  });

  it("reports nothing of a resource that complies or is of another type", async () => {
    assert.deepEqual(await report(rule, thing, { size: 1 }), []);
    assert.deepEqual(await report(rule, "test:index/other:Other", { size: 2 }), []);
  });

  it("judges every resource when the rule says so", async () => {
    assert.equal(
      (await report({ ...rule, appliesTo: "every resource" }, "test:index/other:Other", { size: 2 })).length,
      1,
    );
  });

  it("waits for a value that is not known yet, and says once for all how many judgements do", async () => {
    const { policy, waiting } = policiesOf(rule, "mandatory", none);
    const { validateResource } = policy as ResourceValidationPolicy;
    const waits = (size: unknown) => {
      const args = argsOf(thing, { size });
      return assert.rejects(
        async () => (validateResource as ResourceValidation)(args, () => assert.fail("it blames")),
        NotApplicable,
      );
    };
    await waits(unknown);
    await waits(unknown);
    const told: string[] = [];
    const tell = () => waiting.validateStack({ resources: [] } as never, (text) => void told.push(text));
    await tell();
    assert.match(told.join(), /^2 judgements by 1 policies wait for values that are not known yet\./);
    await tell();
    assert.equal(told.length, 1, "the next run begins anew");
  });

  it("does not let a rule that throws pass for a good judgement", async () => {
    const broken: ResourceRule = {
      ...rule,
      judge: () => {
        throw new TypeError("x is undefined");
      },
    };
    await assert.rejects(report(broken, thing, {}), {
      message:
        "The policy small-things could not judge urn:pulumi:staging::slipway::test:index/thing:Thing::staging-thing: x is undefined. " +
        "This is a fault of the policy, not of the resource; nothing is built until it is mended.",
    });
  });

  it("keeps a finding to itself that is exempt, and no other", async () => {
    const exemption = {
      policy: "small-things",
      stack: "staging",
      resource: `${thing} staging-thing`,
      finding: "is of size 2 in staging, protect true.",
      reason: "It goes with the next release of things.",
      owner: "somebody",
      approver: "somebody else",
      expires: "2026-12-31",
    };
    const exemptions = exemptionsOf([exemption], "2026-12-01");
    assert.deepEqual(await report(rule, thing, { size: 2 }, exemptions), []);
    assert.equal((await report(rule, thing, { size: 3 }, exemptions)).length, 1);
    assert.equal((await report(rule, thing, { size: 2 }, exemptionsOf([exemption], "2027-01-01"))).length, 1);
  });

  it("does not judge an environment that the rule is not for", async () => {
    assert.deepEqual(await report({ ...rule, environments: ["production"] }, thing, { size: 2 }), []);
  });

  it("offers what would comply, where the rule knows it", async () => {
    const mending: ResourceRule = { ...rule, remediate: ({ props }) => ({ ...props, size: 1 }) };
    const { remediateResource } = toPolicy(mending, "mandatory", none) as ResourceValidationPolicy;
    const mend = (type: string) => remediateResource?.(argsOf(type, { size: 2 }));
    assert.deepEqual(await mend(thing), { size: 1 });
    assert.equal(await mend("test:index/other:Other"), undefined);
    assert.ok(!("remediateResource" in toPolicy(rule, "mandatory", none)));
  });

  it("tells the engine severity, remediation and controls", () => {
    const { validateResource: _, ...metadata } = toPolicy(rule, "advisory", none) as ResourceValidationPolicy;
    assert.deepEqual(metadata, {
      name: "small-things",
      displayName: "Small things",
      description: "A thing is small.",
      severity: "low",
      enforcementLevel: "advisory",
      remediationSteps: "Set size to 1.",
      tags: ["cost", "SOC2 CC1.1", "ISO27001 A.5.1"],
      framework: {
        name: "SOC 2",
        version: metadata.framework?.version ?? assert.fail(),
        reference: "CC1.1",
        specification: "A thing is small.",
      },
    });
  });

  describe("a rule that looks at the whole stack", () => {
    const box = "test:index/box:Box";
    const boxed: StackRule = {
      ...rule,
      scope: "stack",
      judge: (resource, stack) =>
        stack.ofType(box).some((each) => refersTo(each, "content", resource))
          ? []
          : [`of size ${resource.props.size} lies about.`],
    };
    const member = (
      type: string,
      name: string,
      props: Record<string, unknown>,
      from: Readonly<Record<string, readonly PolicyResource[]>> = {},
    ) =>
      ({
        type,
        name,
        props: unknownCheckingProxy(props),
        urn: `urn:pulumi:prod::slipway::${type}::${name}`,
        opts: { protect: false },
        propertyDependencies: from,
      }) as unknown as PolicyResource;
    const reported = (...resources: readonly PolicyResource[]) => {
      const found: [string, string | undefined][] = [];
      const { policy, waiting } = policiesOf(boxed, "mandatory", none);
      const args = { resources } as unknown as StackValidationArgs;
      void (policy as StackValidationPolicy).validateStack(args, (text, urn) => {
        found.push([text.split("\n")[0] ?? "", urn]);
      });
      let waits = false;
      void waiting.validateStack(args, () => {
        waits = true;
      });
      return { found, waits };
    };

    it("judges each resource of its types with the others at hand, by what the engine knows of their relation", () => {
      const [kept, lost] = [member(thing, "kept", { size: 1 }), member(thing, "lost", { size: 2 })];
      assert.deepEqual(reported(kept, lost, member(box, "box", { content: unknown }, { content: [kept] })), {
        found: [["lost of size 2 lies about.", lost.urn]],
        waits: false,
      });
    });

    it("judges by what the program asks for, of which a preview's outputs may show nothing", () => {
      const { first, policy, waiting } = policiesOf(boxed, "mandatory", none);
      const judgeStack = () => {
        const found: string[] = [];
        const unbuilt = { resources: [member(thing, "lost", {})] } as unknown as StackValidationArgs;
        void (policy as StackValidationPolicy).validateStack(
          unbuilt,
          (text) => void found.push(text.split("\n")[0] ?? ""),
        );
        return found;
      };
      const asked = { ...argsOf(thing, { size: 3 }), urn: member(thing, "lost", {}).urn };
      void (first.validateResource as ResourceValidation)(asked, () => assert.fail("it blames"));
      assert.deepEqual(judgeStack(), ["lost of size 3 lies about."]);
      void waiting.validateStack({ resources: [] } as never, () => {});
      assert.deepEqual(judgeStack(), ["lost of size undefined lies about."], "the next run begins anew");
    });

    it("judges the others too when one has to wait", () => {
      const [open, lost] = [member(thing, "open", { size: unknown }), member(thing, "lost", { size: 2 })];
      assert.deepEqual(reported(open, lost), { found: [["lost of size 2 lies about.", lost.urn]], waits: true });
    });
  });
});
