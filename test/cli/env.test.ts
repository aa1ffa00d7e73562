import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import path from "node:path";
import fc from "fast-check";
import { shellLines } from "../../delivery/cli/commands/env.ts";
import { childEnvironment, engineEnvironment, shadowedVariables } from "../../delivery/cli/engine/environment.ts";
import { temporaryFolder, write } from "./support/temporary.ts";

describe("the environment for a shell", () => {
  it("gives every value back to a real sh as it was", () => {
    const folder = temporaryFolder();
    const value = fc.string({ unit: "binary" }).filter((text) => !text.includes("\0") && text.isWellFormed());
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 20 }), (values) => {
        const variables = Object.fromEntries(values.map((text, index) => [`V${index}`, text]));
        const names = Object.keys(variables).map((name) => `"$${name}"`);
        const file = write(
          path.join(folder, "lines"),
          `${shellLines(variables, {}, "sh").join("\n")}\nprintf '%s\\0' ${names.join(" ")}\n`,
        );
        const printed = execFileSync("/bin/sh", [file], { encoding: "utf8", env: { LC_ALL: "C" } });
        assert.deepEqual(printed.split("\0").slice(0, -1), values);
      }),
      { numRuns: 30 },
    );
  });

  it("reads a secret from its file, whatever the file is called, and does not print it", () => {
    const file = write(path.join(temporaryFolder("it's a $(folder) "), "token"), "planted-token\n");
    const lines = shellLines({ GITHUB_TOKEN: "planted-token" }, { GITHUB_TOKEN: file }, "sh").join("\n");
    assert.ok(!lines.includes("planted-token"));
    const printed = execFileSync("/bin/sh", ["-c", `${lines}\nprintf %s "$GITHUB_TOKEN"`], { encoding: "utf8" });
    assert.equal(printed, "planted-token");
  });

  it("takes away what would lead the engine elsewhere", () => {
    const lines = shellLines({}, {}, "sh").join("\n");
    const printed = execFileSync("/bin/sh", ["-c", `${lines}\nprintf %s "\${PULUMI_ACCESS_TOKEN-none}"`], {
      encoding: "utf8",
      env: { PULUMI_ACCESS_TOKEN: "a" },
    });
    assert.equal(printed, "none");
  });

  it("quotes for fish as fish reads: only backslash and quote are special within quotes", () => {
    assert.deepEqual(shellLines({ A: "it's a \\ $x" }, { B: "/f" }, "fish").slice(0, 1), [
      "set -gx A 'it\\'s a \\\\ $x'",
    ]);
    assert.ok(shellLines({ B: "s" }, { B: "/f" }, "fish").includes("set -gx B (cat '/f')"));
    assert.ok(shellLines({}, {}, "fish").includes("set -e PULUMI_STACK"));
  });

  it("puts our programs first on PATH once, however often it is evaluated", () => {
    const once = engineEnvironment("/checkout", new Map(), { PATH: "/usr/bin:/bin" }).PATH ?? "";
    assert.ok(once.startsWith("/checkout/.slipway/bin:"));
    assert.ok(once.endsWith(":/usr/bin:/bin"));
    assert.equal(engineEnvironment("/checkout", new Map(), { PATH: once }).PATH, once);
  });

  it("does not put the current folder on PATH when there is no PATH", () => {
    assert.ok(!engineEnvironment("/checkout", new Map(), {}).PATH?.split(":").includes(""));
  });

  it("keeps the caller's settings where no sandbox is used, and takes them away where one is", () => {
    const env = Object.fromEntries(shadowedVariables.map((name) => [name, "x"]));
    assert.deepEqual(childEnvironment({ A: "1" }, false, env), { ...env, A: "1" });
    assert.deepEqual(childEnvironment({ A: "1" }, true, env), { A: "1" });
  });
});
