import assert from "node:assert/strict";
import fc from "fast-check";
import { countGo, countMocha, mochaFailures } from "../../delivery/cli/checks.ts";
import { seconds, table } from "../../delivery/cli/terminal.ts";
import { run } from "./support/run.ts";

const folder = `${import.meta.dirname}/support`;

describe("what the command prints", () => {
  describe("seconds", () => {
    for (const [count, text] of [
      [0, "0 s"],
      [7.6, "8 s"],
      [99, "99 s"],
      [99.6, "1 min 40 s"],
      [200, "3 min 20 s"],
      [3600, "60 min 0 s"],
    ] as const) {
      it(`says ${count} as "${text}"`, () => assert.equal(seconds(count), text));
    }
  });

  describe("table", () => {
    it("lines columns up, colours not counted, and leaves no blanks at the end", () => {
      assert.equal(
        table([
          ["\u001b[32mok\u001b[39m", "a", "x"],
          ["missing", "bcd", "yz"],
        ]),
        "\u001b[32mok\u001b[39m       a    x\nmissing  bcd  yz",
      );
    });

    it("starts the last column at the same place in every row", () => {
      const cell = fc.stringMatching(/^[a-z]{1,9}$/);
      fc.assert(
        fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1 }), (rows) => {
          const lines = table(rows.map(([a, b]) => [a, `|${b}`])).split("\n");
          return new Set(lines.map((line) => line.indexOf("|"))).size === 1;
        }),
      );
    });
  });

  describe("countMocha", () => {
    const summary = "\n\n  12 passing (3s)\n  2 pending\n  1 failing\n\n  1) a\n       5 passing\n";

    it("reads the totals of a run", () => {
      assert.deepEqual(countMocha("  12 passing (3s)\n  2 pending\n  1 failing\n"), {
        passed: 12,
        failed: 1,
        skipped: 2,
      });
    });

    it("reads them in colour", () => {
      const painted =
        "\u001b[92m \u001b[0m\u001b[32m 12 passing\u001b[0m\u001b[90m (3s)\u001b[0m\n\u001b[31m  1 failing\u001b[0m\n";
      assert.deepEqual(countMocha(painted), { passed: 12, failed: 1, skipped: 0 });
    });

    it("counts nothing where no summary was printed", () => {
      assert.deepEqual(countMocha("Error: Cannot find module\n"), { passed: 0, failed: 0, skipped: 0 });
    });

    it("finds failures of a run that also says more below its summary", () => {
      assert.equal(countMocha(summary).failed, 1);
    });
  });

  describe("mochaFailures", () => {
    it("takes the list of what failed, with its reasons, from after the totals", () => {
      const output =
        "  a suite\n    1) breaks\n\n  1 passing (3s)\n  1 failing\n\n  1) a suite\n       breaks:\n     Error: 2 failing parts\n\n\n";
      assert.equal(mochaFailures(output), "  1) a suite\n       breaks:\n     Error: 2 failing parts");
    });

    it("finds the list in colour too", () => {
      assert.equal(mochaFailures("\u001b[31m  1 failing\u001b[0m\n\n  1) breaks\n"), "  1) breaks");
    });

    it("says nothing of a run in which nothing failed", () => {
      assert.equal(mochaFailures("  12 passing (3s)\n"), undefined);
    });
  });

  it("countGo counts verdicts of tests, not those of their subtests", () => {
    const output =
      "=== RUN TestA\n    --- PASS: TestA/one (0.00s)\n--- PASS: TestA (0.00s)\n--- FAIL: TestB (0.10s)\n--- SKIP: TestC (0.00s)\nFAIL\n";
    assert.deepEqual(countGo(output), { passed: 1, failed: 1, skipped: 1 });
  });

  describe("progress", () => {
    const steps = (env: Record<string, string>) =>
      run(process.execPath, [`${folder}/steps.ts`], { env: { PATH: "/usr/bin:/bin", ...env } });

    it("is one plain line a step on standard error where there is no terminal", async () => {
      const { code, stdout, stderr } = await steps({});
      assert.equal(code, 0, stderr);
      assert.equal(stderr, "slipway: Toolchain: ready\nslipway: Sandbox: done\n");
      assert.equal(stdout, "");
    });

    it("is the same in CI, without colours even when they are asked for", async () => {
      assert.equal(
        (await steps({ CI: "true", FORCE_COLOR: "1" })).stderr,
        "slipway: Toolchain: ready\nslipway: Sandbox: done\n",
      );
    });

    it("is nothing when it is to be quiet", async () => {
      assert.deepEqual(await steps({ STEPS: "quiet" }), { code: 0, stdout: "", stderr: "" });
    });

    it("gives the cursor back when Ctrl-C stops it, and still ends by the signal", async () => {
      const { code, stderr } = await steps({ STEPS: "signal" });
      assert.equal(code, null);
      assert.ok(stderr.lastIndexOf("\u001b[?25h") > stderr.lastIndexOf("\u001b[?25l"), JSON.stringify(stderr));
      assert.match(stderr, /stopped\. Run the command again/);
    });

    it("ends with the first step that fails", async () => {
      const { code, stderr } = await steps({ STEPS: "fail" });
      assert.equal(code, 1);
      assert.equal(stderr, "slipway: Toolchain: ready\nno room\n");
    });
  });

  describe("colours", () => {
    const styled = async (env: Record<string, string>) =>
      (await run(process.execPath, [`${folder}/styled.ts`], { env })).stdout;

    it("are left out of pipes", async () => assert.equal(await styled({}), "green"));
    it("come when they are forced", async () =>
      assert.equal(await styled({ FORCE_COLOR: "1" }), "\u001b[32mgreen\u001b[39m"));
    it("stay out with NO_COLOR", async () => assert.equal(await styled({ NO_COLOR: "1" }), "green"));
  });
});
