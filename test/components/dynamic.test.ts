import assert from "node:assert/strict";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { dynamicProvider, implementationHash, plan } from "../../components/dynamic.ts";
import { UserError } from "../../delivery/errors.ts";

type Handler = Required<pulumi.dynamic.ResourceProvider>;

/** Serialises as the SDK does, and loads the text as the dynamic-provider plugin does. */
async function roundTrip(module: string): Promise<{ text: string; provider: Handler }> {
  const provider = dynamicProvider(module);
  const { text, containsSecrets } = await pulumi.runtime.serializeFunction(() => provider, { allowSecrets: true });
  assert.equal(containsSecrets, false);
  const exported = { exports: {} as { handler?: () => Handler } };
  const load = createRequire(import.meta.url)("require-from-string") as (text: string) => { handler: () => Handler };
  exported.exports = load(text);
  return { text, provider: (exported.exports.handler as () => Handler)() };
}

describe("the dynamic provider's shell", () => {
  let folder: string;
  const start = process.cwd();

  before(async () => {
    folder = await realpath(await mkdtemp(path.join(tmpdir(), "slipway-dynamic-")));
    await mkdir(path.join(folder, "below", "deep"), { recursive: true });
    await writeFile(path.join(folder, "Pulumi.yaml"), "name: test\n");
    await writeFile(path.join(folder, "package.json"), '{"type":"module"}');
    await writeFile(
      path.join(folder, "below", "implementation.ts"),
      `export const create = async (inputs: { a: number }) => ({ id: "made", outs: { sum: inputs.a + 1 } });
       export const diff = async (id: string, olds: object, news: object) => ({ changes: id === "x" && olds !== news });
       class UserError extends Error { override name = "UserError"; }
       export const read = async () => { throw Object.assign(new UserError("mend it"), { code: "28P01" }); };
       const remove = async () => { throw new TypeError("a bug"); };
       export { remove as delete };`,
    );
  });
  after(() => rm(folder, { recursive: true }));
  beforeEach(() => process.chdir(path.join(folder, "below", "deep")));
  afterEach(() => process.chdir(start));

  it("captures nothing but the module's path, so its text is the same for all and small", async () => {
    const [one, two] = [
      await roundTrip("delivery/flags/provider.ts"),
      await roundTrip("delivery/database/migrations-provider.ts"),
    ];
    assert.equal(
      one.text.replaceAll("delivery/flags/provider.ts", "M"),
      two.text.replaceAll("delivery/database/migrations-provider.ts", "M"),
    );
    assert.ok(one.text.length < 4096, `${one.text.length} characters`);
    assert.doesNotMatch(one.text, /require\(|\/work|node_modules/);
    const captured = [...one.text.matchAll(/with\(\{ (.*?) \}\)/g)].flatMap(([, names]) =>
      (names ?? "").split(", ").map((name) => name.split(":")[0]),
    );
    assert.deepEqual([...new Set(captured)].sort(), ["arguments", "call", "module", "provider", "this"]);
  });

  it("runs the module of the checkout that it works in", async () => {
    const { provider } = await roundTrip("below/implementation.ts");
    assert.deepEqual(await provider.create({ a: 1 }), { id: "made", outs: { sum: 2 } });
    assert.deepEqual(await provider.diff("x", {}, {}), { changes: true });
  });

  it("takes inputs as they are where the module does not check them", async () => {
    const { provider } = await roundTrip("below/implementation.ts");
    assert.deepEqual(await provider.check({}, { a: 1 }), { inputs: { a: 1 }, failures: [] });
  });

  it("hands on a mistake as its message alone, once, and without gRPC's fields", async () => {
    const { provider } = await roundTrip("below/implementation.ts");
    const printed: unknown[] = [];
    const print = console.error;
    console.error = (text: unknown) => printed.push(text);
    try {
      const error = await provider.read("x", {}).then(
        () => assert.fail("read did not fail"),
        (error: Error) => error,
      );
      assert.equal(error.message, "mend it");
      assert.equal("code" in error, false);
      console.error(`${error}: ${error.stack}`); // as the plugin does
      console.error("something else");
      assert.deepEqual(printed, ["something else"]);
    } finally {
      console.error = print;
    }
  });

  it("keeps the stack of a fault of ours", async () => {
    const { provider } = await roundTrip("below/implementation.ts");
    await assert.rejects(
      provider.delete("x", {}),
      (error: Error) => error.message === "a bug" && /implementation\.ts/.test(error.stack ?? ""),
    );
  });
});

describe("the hash of an implementation", () => {
  it("is short, stable and differs by folder", () => {
    assert.match(implementationHash("delivery/flags"), /^[0-9a-f]{12}$/);
    assert.equal(implementationHash("delivery/flags"), implementationHash("delivery/flags"));
    assert.notEqual(implementationHash("delivery/flags"), implementationHash("delivery/database"));
  });
});

describe("a planner's mistake", () => {
  it("reaches the engine as a message without a stack, others as they are", () => {
    const throwing = (error: Error) => () =>
      plan(() => {
        throw error;
      });
    assert.throws(
      throwing(new UserError("mend it")),
      (error: Error) => pulumi.RunError.isInstance(error) && error.message === "mend it",
    );
    assert.throws(throwing(new TypeError("a bug")), TypeError);
  });
});
