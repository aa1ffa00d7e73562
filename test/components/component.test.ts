import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { applyTransform, SlipwayComponent } from "../../components/component.ts";
import { runMocked } from "../support/pulumi-mocks.ts";

class Leaf extends pulumi.CustomResource {
  constructor(name: string, opts?: pulumi.CustomResourceOptions) {
    super("test:index:Leaf", name, { size: 1 }, opts);
  }
}

class Inner extends SlipwayComponent {
  constructor(name: string, leaf: string, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:index:Inner", name, {}, opts);
    new Leaf(leaf, { parent: this });
    this.registerOutputs({});
  }
}

class Outer extends SlipwayComponent<{ inner: string; leaf: string; secret?: string }> {
  constructor(name: string, args: { inner: string; leaf: string; secret?: string }) {
    super("slipway:index:Outer", name, args);
    new Inner(args.inner, args.leaf, { parent: this });
    this.registerOutputs({});
  }
}

describe("components/component", () => {
  it("accepts children whose names start with their parent's", async () => {
    const run = await runMocked(() => void new Outer("dev", { inner: "dev-inner", leaf: "dev-inner-leaf" }));
    assert.deepEqual(run.resources.map((r) => r.name).sort(), ["dev", "dev-inner", "dev-inner-leaf"]);
  });

  for (const [inner, leaf, at, remedy] of [
    ["inner", "inner-leaf", "dev", 'Name it "dev-inner"'],
    ["dev-inner", "leaf", "dev-inner", 'Name it "dev-inner-leaf"'],
    ["dev-inner", "dev-leaf", "dev-inner", 'Name it "dev-inner-dev-leaf"'],
    ["development", "development-x", "dev", 'Name it "dev-development"'],
  ] as const) {
    it(`refuses the children ${inner} and ${leaf} below "dev" and says the right name`, async () => {
      await assert.rejects(
        runMocked(() => void new Outer("dev", { inner, leaf })),
        (error) => {
          assert.ok(pulumi.ResourceError.isInstance(error));
          assert.equal(error.hideStack, true);
          assert.match(error.message, new RegExp(`lies below the component "${at}"`));
          assert.ok(error.message.includes(remedy), error.message);
          return true;
        },
      );
    });
  }

  it("does not send its arguments to the engine", async () => {
    const run = await runMocked(
      () => void new Outer("dev", { inner: "dev-inner", leaf: "dev-inner-leaf", secret: "planted" }),
    );
    assert.deepEqual(run.one("slipway:index:Outer").inputs, {});
  });

  describe("applyTransform", () => {
    const args = { size: 1, color: "red" };

    it("changes nothing without a transform", () => {
      assert.deepEqual(applyTransform(undefined, "x", args, { protect: true }), [args, { protect: true }]);
    });

    it("lays a partial object over the arguments", () => {
      assert.deepEqual(applyTransform({ size: 2 }, "x", args)[0], { size: 2, color: "red" });
    });

    it("lets a function change arguments and options without touching the originals", () => {
      const opts: pulumi.CustomResourceOptions = {};
      const [changed, changedOpts] = applyTransform<typeof args>(
        (a, o, name) => {
          a.color = name;
          o.protect = true;
        },
        "dev-x",
        args,
        opts,
      );
      assert.deepEqual([changed, changedOpts], [{ size: 1, color: "dev-x" }, { protect: true }]);
      assert.deepEqual([args, opts], [{ size: 1, color: "red" }, {}]);
    });

    it("takes the arguments that a function returns", () => {
      assert.deepEqual(applyTransform<typeof args>((a) => ({ ...a, size: 9 }), "x", args)[0], {
        size: 9,
        color: "red",
      });
    });
  });
});
