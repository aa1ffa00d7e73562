import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import path from "node:path";
import { CommandCheckout } from "./support/checkout.ts";
import { write } from "./support/temporary.ts";

describe("sandbox reset", () => {
  const state = ".slipway/state/.pulumi/stacks/slipway/dev.json";

  it("removes the state of the stacks together with all parts, whose resources are gone", async () => {
    const checkout = new CommandCheckout();
    const file = write(path.join(checkout.root, state), "{}");
    const { code, stderr } = await checkout.command(["sandbox", "reset", "--yes"]);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /removed: all parts, and the state of the stacks that live in it/);
    assert.equal(existsSync(file), false);
  });

  it("keeps the state of the stacks when only some parts are named", async () => {
    const checkout = new CommandCheckout();
    const file = write(path.join(checkout.root, state), "{}");
    const { code, stderr } = await checkout.command(["sandbox", "reset", "inbox", "--yes"]);
    assert.equal(code, 0, stderr);
    assert.equal(existsSync(file), true);
  });

  it("says how to get back what the stacks had in GitHub, which a plain up would not notice", async () => {
    const { stderr } = await new CommandCheckout().command(["sandbox", "reset", "github", "--yes"]);
    assert.match(stderr, /up <stack> --refresh/);
  });
});
