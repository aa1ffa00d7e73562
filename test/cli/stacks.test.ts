import assert from "node:assert/strict";
import path from "node:path";
import fc from "fast-check";
import { knownStacks, splitStackArguments, stackExists, stateFile } from "../../delivery/cli/engine/stacks.ts";
import { UsageError } from "../../delivery/errors.ts";
import { temporaryFolder, write } from "./support/temporary.ts";

describe("stacks of a checkout", () => {
  let root: string;

  before(() => {
    root = temporaryFolder();
    for (const name of [
      "Pulumi.yaml",
      "Pulumi.dev.yaml",
      "Pulumi.prod.yaml",
      "Pulumi.pr-12.yaml",
      "Pulumi.dev.yaml.bak",
    ]) {
      write(path.join(root, name), "");
    }
  });

  it("are those with a settings file of their own", () => {
    assert.deepEqual(knownStacks(root), ["dev", "pr-12", "prod"]);
  });

  it("exist once the sandbox's backend has a state of them", () => {
    assert.equal(stackExists(root, "dev"), false);
    write(stateFile(root, "dev"), "{}");
    assert.equal(stackExists(root, "dev"), true);
  });

  describe("splitStackArguments", () => {
    const split = (...args: string[]) => splitStackArguments(root, "up", args);

    for (const [args, stack, rest] of [
      [["dev"], "dev", []],
      [["dev", "--yes"], "dev", ["--yes"]],
      [["--yes", "dev"], "dev", ["--yes"]],
      [["pr-12", "--target", "urn:x", "-m", "prod"], "pr-12", ["--target", "urn:x", "-m", "prod"]],
      [["dev", "--message", "prod"], "dev", ["--message", "prod"]],
      // A pull request's stack needs no file.
      [["pr-4711"], "pr-4711", []],
      [["--yes", "pr-4711"], "pr-4711", ["--yes"]],
    ] as const) {
      it(`takes ${args.join(" ")} as ${stack} with ${rest.length} arguments for pulumi`, () => {
        assert.deepEqual(split(...args), { stack, rest });
      });
    }

    it("never hands pulumi another stack than the one that was named", () => {
      const words = fc.array(
        fc.constantFrom("dev", "prod", "--stack", "--stack=prod", "-s", "-s=dev", "--yes", "now"),
        { maxLength: 5 },
      );
      fc.assert(
        fc.property(words, (args) => {
          try {
            const { stack, rest } = split(...args);
            return (
              args.some((word) => word === stack) &&
              !rest.some((word) => /^(--stack|-s)(=|$)/.test(word)) &&
              !/^\w/.test(rest[0] ?? "")
            );
          } catch (error) {
            return error instanceof UsageError;
          }
        }),
      );
    });

    it("says which stacks there are when none, or an unknown one, is named", () => {
      assert.throws(
        () => split(),
        /needs the name of a stack, for instance: .\/slipway up dev\n {2}Stacks here: dev, pr-12, prod/,
      );
      for (const name of ["pr-0", "pr-x", "pr-99999999", "pr-", "pr-042"])
        assert.throws(
          () => split(name),
          new RegExp(`^UsageError: "${name}" names no pull request's stack.*such as pr-42`),
        );
      assert.throws(() => split("staging"), /There is no stack "staging"\.\n {2}Stacks here: dev, pr-12, prod/);
    });
  });
});
