import assert from "node:assert/strict";
import path from "node:path";
import { fingerprint } from "../../../sandbox/toolchain/fingerprint.ts";
import type { Part } from "../../../sandbox/toolchain/parts.ts";
import type { Target } from "../../../sandbox/toolchain/platform.ts";
import { temporaryFolder, write } from "../../cli/support/temporary.ts";

const target: Target = { os: "linux", arch: "amd64" };
const part: Part = {
  name: "cache-server",
  title: "a part",
  version: "1.0.0",
  binary: "part",
  module: "engine",
  goPackage: "./cmd/part",
  sources: ["cmd/part", "internal"],
  buildSeconds: 1,
};

describe("the fingerprint of a part", () => {
  let module: string;

  beforeEach(() => {
    // A checkout may lie anywhere, below a folder that is called testdata too.
    module = path.join(temporaryFolder(), "testdata", "engine");
    for (const file of [
      "../shared.ts",
      "go.mod",
      "go.sum",
      "cmd/part/main.go",
      "internal/a/a.go",
      "internal/a/page.html",
      "cmd/other/main.go",
    ]) {
      write(path.join(module, file), file);
    }
  });

  const now = (changed: Partial<Part> = {}, where: Target = target) =>
    fingerprint({ ...part, ...changed }, where, module);

  it("stays the same while nothing changes, wherever the checkout lies", () => {
    const before = now();
    assert.match(before, /^[0-9a-f]{16}$/);
    assert.equal(now(), before);
    const elsewhere = path.join(temporaryFolder(), "engine");
    for (const file of ["go.mod", "go.sum", "cmd/part/main.go", "internal/a/a.go", "internal/a/page.html"])
      write(path.join(elsewhere, file), file);
    assert.equal(fingerprint(part, target, elsewhere), before);
  });

  for (const file of [
    "go.mod",
    "go.sum",
    "cmd/part/main.go",
    "internal/a/a.go",
    "internal/a/page.html",
    "internal/new.go",
  ]) {
    it(`changes with ${file}`, () => {
      const before = now();
      write(path.join(module, file), "changed");
      assert.notEqual(now(), before);
    });
  }

  it("changes with a single file that is named as a source", () => {
    const sources = [...part.sources, "../shared.ts"];
    const before = now({ sources });
    write(path.join(module, "../shared.ts"), "changed");
    assert.notEqual(now({ sources }), before);
  });

  for (const file of [
    "../shared.ts",
    "cmd/part/main_test.go",
    "internal/a/testdata/input.json",
    "cmd/other/main.go",
    "README.md",
  ]) {
    it(`does not change with ${file}, which is not in the program`, () => {
      const before = now();
      write(path.join(module, file), "changed");
      assert.equal(now(), before);
    });
  }

  it("changes with the version, the package and the machine", () => {
    const all = [
      now(),
      now({ version: "1.0.1" }),
      now({ goPackage: "./cmd/other" }),
      now({}, { os: "linux", arch: "arm64" }),
      now({}, { os: "darwin", arch: "amd64" }),
    ];
    assert.equal(new Set(all).size, all.length);
  });

  it("tells a file's name from its content", () => {
    write(path.join(module, "internal/b.go"), "x");
    const before = now();
    write(path.join(module, "internal/b.go"), "");
    write(path.join(module, "internal/c.go"), "x");
    assert.notEqual(now(), before);
  });
});
