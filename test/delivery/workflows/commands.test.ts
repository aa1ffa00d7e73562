import assert from "node:assert/strict";
import type { Command } from "commander";
import { createProgram } from "../../../delivery/cli/program.ts";
import { planWorkflows } from "../../../delivery/workflows/plan.ts";
import { factsOf, processes, stepsOf } from "./support/planned.ts";

/** A call of `./slipway` in a script: its words up to the first that the shell fills in, and its options. */
interface Call {
  readonly words: readonly string[];
  readonly options: readonly string[];
}

function callsIn(run: string): Call[] {
  // Options that a script gathers in a list belong to the call that takes the list.
  const gathered = [...run.matchAll(/\w+\+?=\(([^)]*)\)/g)].flatMap(([, list = ""]) => optionsIn(list));
  return [...run.matchAll(/\.\/slipway ([^|>)\n;]*)/g)].map(([, text = ""]) => ({
    words: (/^[a-z][\w-]*( [a-z][\w-]*)*/.exec(text)?.[0] ?? "").split(" "),
    options: [...optionsIn(text), ...(text.includes("[@]}") ? gathered : [])],
  }));
}

function optionsIn(text: string): string[] {
  return [...text.matchAll(/(?:^|[\s(])(--[\w-]+)/g)].map(([, option = ""]) => option);
}

/** What is wrong with a call, in a few words; nothing when there is such a command with such options. */
function faultOf(program: Command, { options, words }: Call): string | undefined {
  let command = program;
  for (const word of words) command = command.commands.find((one) => one.name() === word) ?? command;
  if (command === program || command.commands.length > 0) return `no command "${words.join(" ")}"`;
  // What Pulumi's own commands do not know, they hand on.
  const known = new Set([...command.options.map(({ long }) => long), ...pulumiOptions]);
  const unknown = options.find((option) => !known.has(option));
  return unknown === undefined ? undefined : `"${words.join(" ")}" has no option ${unknown}`;
}

const pulumiOptions = ["--yes"];

describe("the commands that workflows call", () => {
  const program = createProgram();

  for (const [title, file] of Object.entries(processes))
    it(`are there, with their options, in ${title}`, () => {
      const calls = planWorkflows(factsOf(file))
        .flatMap(stepsOf)
        .flatMap(({ step, where }) => callsIn(step.run ?? "").map((call) => ({ call, where })));
      assert.ok(calls.length > 20);
      const faults = calls.flatMap(({ call, where }) => {
        const fault = faultOf(program, call);
        return fault === undefined ? [] : [`${where}: ${fault}`];
      });
      assert.deepEqual(faults, []);
    });

  it("would be missed", () => {
    const fault = (run: string) => callsIn(run).map((call) => faultOf(program, call));
    assert.deepEqual(fault("./slipway nowhere staging"), ['no command "nowhere staging"']);
    assert.deepEqual(fault("./slipway db statues staging"), ['no command "db statues staging"']);
    assert.deepEqual(fault("./slipway db status staging --nothing > out"), [
      '"db status staging" has no option --nothing',
    ]);
    assert.deepEqual(fault('./slipway preview "pr-$NUMBER" --no-sandbox --markdown'), [undefined]);
    assert.deepEqual(fault('list=(--nothing "$X")\n./slipway db status staging "${list[@]}"'), [
      '"db status staging" has no option --nothing',
    ]);
  });
});
