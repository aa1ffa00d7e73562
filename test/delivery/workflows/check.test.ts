import assert from "node:assert/strict";
import path from "node:path";
import { createProgram } from "../../../delivery/cli/program.ts";
import { checkoutRoot } from "../../../sandbox/paths.ts";
import { processes } from "./support/planned.ts";

describe("./slipway workflows check", () => {
  const check = (...options: readonly string[]) =>
    createProgram().parseAsync(["workflows", "check", ...options], { from: "user" });

  it("names each file that another process would have otherwise, and how to mend it", async () => {
    const file = path.join(checkoutRoot, processes["the second process"]);
    await assert.rejects(check("--process", file), (error: Error) => {
      assert.equal(error.name, "UserError");
      const lines = error.message.split("\n");
      assert.equal(lines[0], "The workflows are not those of the process:");
      assert.ok(lines.includes("  - .github/workflows/environment-production.yml is not what the process says"));
      assert.ok(
        lines.includes(
          "  - .github/workflows/environment-pre-production.yml is asked for by nothing in the process any more",
        ),
      );
      assert.match(
        lines.at(-1) ?? "",
        /^ {2}Run \.\/slipway workflows generate --process .*, and commit what it writes\.$/,
      );
      return true;
    });
  });

  it("says which process cannot be read", async () => {
    await assert.rejects(check("--process", "nowhere.yaml"), {
      name: "UserError",
      message: /^nowhere\.yaml cannot be read/,
    });
  });
});
