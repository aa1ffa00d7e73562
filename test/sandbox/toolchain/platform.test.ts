import assert from "node:assert/strict";
import { currentTarget } from "../../../sandbox/toolchain/platform.ts";

describe("the machine's kind", () => {
  it("is put in Go's words", () => {
    assert.deepEqual(currentTarget("linux", "x64"), { os: "linux", arch: "amd64" });
    assert.deepEqual(currentTarget("darwin", "arm64"), { os: "darwin", arch: "arm64" });
  });

  for (const [platform, arch] of [
    ["win32", "x64"],
    ["linux", "ia32"],
    ["freebsd", "x64"],
  ] as const) {
    it(`is refused when it is ${platform} ${arch}, with the way out`, () => {
      assert.throws(
        () => currentTarget(platform, arch),
        new RegExp(`this machine is ${platform} ${arch}\\.\\n {2}On Windows, use it inside WSL 2`),
      );
    });
  }
});
