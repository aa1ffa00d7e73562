import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import path from "node:path";
import { binDirectory, linkToolchain, pulumiHome } from "../../../sandbox/toolchain/links.ts";
import type { Located, Origin } from "../../../sandbox/toolchain/locate.ts";
import { type PartName, parts, partsFor } from "../../../sandbox/toolchain/parts.ts";
import { temporaryFolder, write } from "../../cli/support/temporary.ts";

const engine = ["pulumi", "pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"];

describe("the links of a checkout", () => {
  let root: string;
  let cache: string;

  beforeEach(() => {
    root = temporaryFolder();
    cache = temporaryFolder();
  });

  /** A toolchain whose programs lie in folders of that name, each in its own when they were built. */
  function toolchain(name: string, origin: Origin = "built"): Map<PartName, Located> {
    return new Map(
      partsFor("local").map((part) => {
        const folder = origin === "built" ? path.join(cache, `${name}-${part}`) : path.join(cache, name);
        return [
          part,
          { part: parts[part], origin, file: write(path.join(folder, parts[part].binary), `${name} ${part}`) },
        ];
      }),
    );
  }

  const link = (programs: Map<PartName, Located>) => linkToolchain(programs, root, { SLIPWAY_CACHE: cache });
  const read = (program: string) => readFileSync(path.join(binDirectory(root), program), "utf8");
  const plugin = (name: "random" | "github") =>
    path.join(pulumiHome(root), "plugins", `resource-${name}-v${parts[name].version}`, parts[name].binary);

  it("lead to the engine's programs on PATH, and to plugins where the engine looks for them", () => {
    link(toolchain("one"));
    assert.deepEqual(readdirSync(binDirectory(root)).sort(), engine);
    assert.equal(read("pulumi"), "one engine");
    assert.equal(readFileSync(plugin("random"), "utf8"), "one random");
    assert.equal(readFileSync(plugin("github"), "utf8"), "one github");
  });

  it("bring the engine's programs, where they were built apart, together in one folder, where the engine looks for its host", () => {
    link(toolchain("one"));
    const folder = path.dirname(realpathSync(path.join(binDirectory(root), "pulumi")));
    assert.deepEqual(readdirSync(folder).sort(), engine);
  });

  it("lead straight to a release or to the user's own, which are together already", () => {
    const programs = toolchain("vendor", "release");
    link(programs);
    assert.equal(realpathSync(path.join(binDirectory(root), "pulumi")), programs.get("engine")?.file);
    assert.equal(existsSync(path.join(cache, "toolchain")), false);
  });

  it("follow when the toolchain changes, and stay when it does not", () => {
    link(toolchain("one"));
    link(toolchain("one"));
    link(toolchain("two"));
    assert.equal(read("pulumi"), "two engine");
    assert.equal(readFileSync(plugin("random"), "utf8"), "two random");
  });

  it("are made again when they lead nowhere, and replace files", () => {
    link(toolchain("one"));
    rmSync(cache, { recursive: true });
    rmSync(path.join(binDirectory(root), "pulumi"));
    write(path.join(binDirectory(root), "pulumi"), "a file");
    link(toolchain("two"));
    assert.equal(read("pulumi"), "two engine");
    assert.equal(read("pulumi-language-nodejs"), "two language-host");
  });

  it("are the only things on PATH: what else is there goes", () => {
    write(path.join(binDirectory(root), "pulumi-resource-random"), "");
    write(path.join(binDirectory(root), ".keep"), "");
    symlinkSync("/nonexistent", path.join(binDirectory(root), "pulumi-language-python"));
    link(toolchain("one"));
    assert.deepEqual(readdirSync(binDirectory(root)).sort(), engine);
  });

  it("leave nothing else in the checkout's state", () => {
    link(toolchain("one"));
    assert.deepEqual(readdirSync(path.join(root, ".slipway")).sort(), ["bin", "pulumi"]);
  });
});
