import assert from "node:assert/strict";
import { FlagSet } from "../../components/flag-set.ts";
import { planFlagSet } from "../../components/flag-set-plan.ts";
import type { FlagOverrides } from "../../delivery/flags/flag.ts";
import { runMocked } from "../support/pulumi-mocks.ts";

const database = { kind: "environment", database: "teamflow_dev", user: "teamflow_owner" } as const;
const run = (overrides?: FlagOverrides) =>
  runMocked(() => {
    new FlagSet("flags", { database, environment: "development", ...(overrides && { overrides }) });
  });

describe("FlagSet", () => {
  it("is one resource with one readable line for each flag", async () => {
    const { inputs, name } = (await run()).one("pulumi-nodejs:dynamic/slipway:Flags");
    assert.equal(name, "flags-set");
    assert.deepEqual(inputs.flags, planFlagSet({ environment: "development", overrides: {}, overridesFile: "" }).flags);
    assert.equal((inputs.flags as Record<string, string>).new_dashboard, "on, rollout 100 %");
    assert.equal(
      (inputs.texts as Record<string, string>).new_dashboard,
      "New Dashboard Design: Enable the redesigned dashboard interface",
    );
    assert.deepEqual(
      [inputs.database, inputs.environment, inputs.stack, inputs.version],
      [database, "development", "slipway/dev", 1],
    );
  });

  it("changes one line of its inputs when a stack changes one rollout", async () => {
    const lines = async (overrides?: FlagOverrides) =>
      JSON.stringify((await run(overrides)).one("pulumi-nodejs:dynamic/slipway:Flags").inputs, null, 1).split("\n");
    const [before, after] = [await lines(), await lines({ new_dashboard: { rollout: 60 } })];
    assert.deepEqual(
      after.filter((line, index) => line !== before[index]).map((line) => line.trim().replace(/,$/, "")),
      ['"new_dashboard": "on, rollout 60 %"'],
    );
  });

  it("stops before the first resource when the overrides are wrong, naming the stack's file", async () => {
    await assert.rejects(run({ no_such_flag: { rollout: 60 } }), {
      message: /Pulumi\.dev\.yaml: slipway:flags: no_such_flag is not a declared flag/,
    });
  });
});
