import assert from "node:assert/strict";
import { fill, readReleasedImages, withReleasedImages } from "../../stacks/released-images.ts";
import { runMocked } from "../support/pulumi-mocks.ts";
import { buildStack, settingsOf } from "./support/stacks.ts";

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const none = { images: {}, preProduction: { images: {} } };

describe("images that a release named", () => {
  const read = (outputs: Record<string, unknown>) =>
    runMocked(() => readReleasedImages("staging"), {
      stack: "staging",
      outputs: ({ type }) => (type === "pulumi:pulumi:StackReference" ? { outputs } : undefined),
    });

  it("are read from the stack's own last outputs, beside whatever else these say", async () => {
    const { one, result } = await read({
      images: { backend: digest("a") },
      preProduction: { images: { operator: digest("b") }, cache: { host: "cache" } },
    });
    assert.deepEqual(result, {
      images: { backend: digest("a") },
      preProduction: { images: { operator: digest("b") } },
    });
    assert.match(String(one("pulumi:pulumi:StackReference").inputs.name), /^[^/]+\/slipway\/staging$/);
  });

  it("are none before the first `up`, and after a `destroy`", async () => {
    assert.deepEqual((await read({})).result, none);
  });

  it("stop the program, rather than stop the services, when they are no digests", async () => {
    await assert.rejects(read({ images: { backend: "latest" } }), /outputs of staging name images in a form/);
  });

  it("stay where the settings name none, in each environment by itself", () => {
    const settings = { ...settingsOf("prod", { "images.frontend": digest("9") }) };
    const { images, preProduction } = withReleasedImages(settings as Parameters<typeof withReleasedImages>[0], {
      images: { backend: digest("1"), frontend: digest("2") },
      preProduction: { images: { backend: digest("3") } },
    });
    assert.deepEqual(images, { backend: digest("1"), frontend: digest("9"), operator: undefined });
    assert.deepEqual(preProduction?.images, { backend: digest("3"), frontend: undefined, operator: undefined });
  });

  it("win over the images that run until the first release", () => {
    assert.deepEqual(fill({ backend: digest("1") }, { backend: digest("2"), operator: digest("3") }), {
      backend: digest("1"),
      frontend: undefined,
      operator: digest("3"),
    });
  });

  it("are told in the outputs of the stack, those of the settings' first `up` not among them", async () => {
    const { result } = await buildStack("staging", {
      "images.backend": digest("a"),
      "initialImages.frontend": digest("b"),
    });
    assert.deepEqual(result.images, { backend: digest("a"), frontend: undefined, operator: undefined });
  });
});
