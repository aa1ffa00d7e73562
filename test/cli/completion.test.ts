import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import type { Command } from "commander";
import { completionWords } from "../../delivery/cli/commands/completion.ts";
import { createProgram } from "../../delivery/cli/program.ts";
import { run } from "./support/run.ts";

/** What a real bash offers after these words; the last one is being typed. */
function offered(completion: string, ...words: string[]): string[] {
  const typed = words.map((word) => `'${word}'`).join(" ");
  const text = `${completion}\nCOMP_WORDS=(./slipway ${typed}); COMP_CWORD=${words.length}; _slipway; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync("bash", ["--norc", "-c", text], { encoding: "utf8" }).trim().split("\n");
}

function commands(command: Command, path = ""): string[] {
  return command.commands.flatMap((child) => {
    const name = `${path} ${child.name()}`.trim();
    return [name, ...commands(child, name)];
  });
}

describe("shell completion", () => {
  let bash: string;

  before(async () => {
    const printed = await run(process.execPath, ["delivery/cli/main.ts", "completion", "bash"], { env: process.env });
    assert.equal(printed.code, 0, printed.stderr);
    bash = printed.stdout;
  });

  it("knows every command and every option of it", () => {
    const program = createProgram();
    const words = completionWords(program, ["dev"]);
    assert.deepEqual([...words.keys()].filter(Boolean).sort(), commands(program).sort());
    assert.deepEqual(words.get("sandbox logs"), [
      "postgres",
      "cache",
      "github",
      "inbox",
      "aws",
      "supervisor",
      "--lines",
      "--follow",
      "--help",
    ]);
    assert.ok(words.get("destroy")?.includes("--keep-database"));
  });

  for (const [words, expected] of [
    [["pre"], ["preview"]],
    [
      ["up", ""],
      ["dev", "prod", "staging", "--no-sandbox", "--confirm", "--help"],
    ],
    [["up", "d"], ["dev"]],
    [["up", "--no-sandbox", "st"], ["staging"]],
    [
      ["sandbox", "st"],
      ["start", "stop", "status"],
    ],
    [["sandbox", "logs", "gi"], ["github"]],
    [["sandbox", "logs", "-f", "in"], ["inbox"]],
    [["completion", "z"], ["zsh"]],
    [["test", "--o"], ["--only"]],
  ] as const) {
    it(`offers ${expected.join(" ")} after "${words.join(" ")}" in a real bash`, () => {
      assert.deepEqual(offered(bash, ...words), expected);
    });
  }

  it("is bound to slipway, with and without ./", () => {
    const bound = execFileSync("bash", ["--norc", "-c", `${bash}\ncomplete -p slipway ./slipway`], {
      encoding: "utf8",
    });
    assert.equal(bound, "complete -F _slipway slipway\ncomplete -F _slipway ./slipway\n");
  });
});
