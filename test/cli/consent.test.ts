import assert from "node:assert/strict";
import { consentTo } from "../../delivery/cli/consent.ts";
import { UserError } from "../../delivery/errors.ts";

interface Circumstances {
  readonly terminal?: boolean;
  readonly production?: boolean;
  readonly confirm?: string;
}

describe("consent to a change", () => {
  const consent = (command: string, given: readonly string[], circumstances: Circumstances = {}) =>
    consentTo({
      command,
      stack: circumstances.production ? "prod" : "dev",
      environment: circumstances.production ? "production" : "development",
      given,
      terminal: circumstances.terminal ?? false,
      requireConfirmation: circumstances.production ?? false,
      confirm: circumstances.confirm,
    });

  it("is asked for by Pulumi on a terminal", () => {
    assert.deepEqual(consent("up", [], { terminal: true }), { pulumi: [] });
    assert.deepEqual(consent("destroy", [], { terminal: true }), { pulumi: [] });
  });

  it("needs the environment's name typed first on production's terminal, whatever else was said", () => {
    for (const given of [[], ["--yes"]]) {
      for (const command of ["up", "destroy", "task"]) {
        assert.deepEqual(consent(command, given, { terminal: true, production: true }), {
          pulumi: [],
          askFor: "production",
        });
      }
    }
  });

  it("is given by the user in so many words", () => {
    for (const word of ["--yes", "-y", "--yes=true"]) assert.deepEqual(consent("destroy", [word]), { pulumi: [] });
  });

  it("is given to production by its name", () => {
    const confirmed = { production: true, confirm: "production" };
    assert.deepEqual(consent("up", [], confirmed), { pulumi: ["--yes"] });
    assert.deepEqual(consent("destroy", [], confirmed), { pulumi: ["--yes"] });
    assert.deepEqual(consent("up", [], { ...confirmed, terminal: true }), { pulumi: [] });
  });

  it("is not needed for a look only", () => {
    assert.deepEqual(consent("destroy", ["--preview-only"], { production: true }), { pulumi: [] });
  });

  it("goes without saying for `up` of an environment that asks for none, where nobody can be asked", () => {
    assert.deepEqual(consent("up", []), { pulumi: ["--yes"] });
    assert.deepEqual(consent("up", ["--non-interactive"], { terminal: true }), { pulumi: ["--yes"] });
  });

  for (const [title, command, given, circumstances, says] of [
    ["production", "up", [], { production: true }, /^"up prod" changes production.*\n {2}Add --confirm production/],
    ["production by --yes alone", "up", ["--yes"], { production: true }, /--yes is not enough here/],
    [
      "production, on a terminal that is not to be used",
      "up",
      ["--non-interactive"],
      { production: true, terminal: true },
      /--confirm production/,
    ],
    ["a destruction", "destroy", [], {}, /^"destroy dev" needs somebody to say yes/],
    ["a yes that is a no", "destroy", ["--yes=false"], {}, /needs somebody to say yes/],
    ["an update with a yes that is a no", "up", ["--yes=false"], {}, /needs somebody to say yes/],
    [
      "another environment than the stack's",
      "up",
      ["--yes"],
      { confirm: "production" },
      /^--confirm says "production", but dev is the environment "development"/,
    ],
    [
      "production under another name",
      "up",
      ["--yes"],
      { production: true, confirm: "prod", terminal: true },
      /^--confirm says "prod"/,
    ],
  ] as const) {
    it(`is missing, and the command refused, for ${title}`, () => {
      assert.throws(
        () => consent(command, given, circumstances),
        (error: unknown) => error instanceof UserError && error.exitCode === 1 && says.test(error.message),
      );
    });
  }
});
