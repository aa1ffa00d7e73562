import assert from "node:assert/strict";
import { consentArguments } from "../../delivery/cli/consent.ts";
import { UserError } from "../../delivery/errors.ts";

describe("consent to a change", () => {
  const consent = (command: string, given: readonly string[], { terminal = false, production = false } = {}) =>
    consentArguments({ command, stack: "dev", given, terminal, requireConfirmation: production });

  it("is asked for by Pulumi on a terminal", () => {
    assert.deepEqual(consent("up", [], { terminal: true, production: true }), []);
    assert.deepEqual(consent("destroy", [], { terminal: true }), []);
  });

  it("is given by the user in so many words", () => {
    for (const word of ["--yes", "-y", "--yes=true"]) assert.deepEqual(consent("up", [word], { production: true }), []);
  });

  it("is not needed for a look only", () => {
    assert.deepEqual(consent("destroy", ["--preview-only"], { production: true }), []);
  });

  it("goes without saying for `up` of an environment that asks for none, where nobody can be asked", () => {
    assert.deepEqual(consent("up", []), ["--yes"]);
    assert.deepEqual(consent("up", ["--non-interactive"], { terminal: true }), ["--yes"]);
  });

  for (const [title, command, given, options] of [
    ["production", "up", [], { production: true }],
    [
      "production, on a terminal that is not to be used",
      "up",
      ["--non-interactive"],
      { production: true, terminal: true },
    ],
    ["a destruction", "destroy", [], {}],
    ["a yes that is a no", "destroy", ["--yes=false"], {}],
  ] as const) {
    it(`is missing, and the command refused, for ${title} that nobody has said yes to`, () => {
      assert.throws(
        () => consent(command, given, options),
        (error: unknown) =>
          error instanceof UserError &&
          error.exitCode === 1 &&
          error.message.startsWith(`"${command} dev" needs somebody to say yes`),
      );
    });
  }
});
