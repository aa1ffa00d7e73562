/** OpenFeature's hooks.feature (open-feature/spec, Apache-2.0): every scenario. */
import assert from "node:assert/strict";
import { type Client, type EvaluationDetails, type FlagValue, OpenFeature } from "@openfeature/server-sdk";
import { given } from "./fixture.ts";

type Stage = "before" | "after" | "error" | "finally";

/** Adds a hook to a client and tells what each stage was called with. */
function addHook(client: Client): Partial<Record<Stage, EvaluationDetails<FlagValue> | undefined>> {
  const calls: Partial<Record<Stage, EvaluationDetails<FlagValue> | undefined>> = {};
  client.addHooks({
    before: () => {
      calls.before = undefined;
    },
    after: (_context, details) => {
      calls.after = details;
    },
    error: () => {
      calls.error = undefined;
    },
    finally: (_context, details) => {
      calls.finally = details;
    },
  });
  return calls;
}

function shown(details: EvaluationDetails<FlagValue> | undefined) {
  return [details?.flagKey, details?.value, details?.variant, details?.reason, details?.errorCode];
}

describe("OpenFeature's hook scenarios", () => {
  after(() => OpenFeature.close());

  it("pass evaluation details to after and finally hooks", async () => {
    const { client } = await given("stable");
    const calls = addHook(client);
    await client.getBooleanDetails("boolean-flag", false);
    assert.deepEqual(Object.keys(calls), ["before", "after", "finally"]);
    for (const stage of ["after", "finally"] as const) {
      assert.deepEqual(shown(calls[stage]), ["boolean-flag", true, "on", "STATIC", undefined]);
    }
  });

  it("pass a flag that is not found to error and finally hooks", async () => {
    const { client } = await given("stable");
    const calls = addHook(client);
    await client.getStringDetails("missing-flag", "uh-oh");
    assert.deepEqual(Object.keys(calls), ["before", "error", "finally"]);
    assert.deepEqual(shown(calls.finally), ["missing-flag", "uh-oh", undefined, "ERROR", "FLAG_NOT_FOUND"]);
  });

  it("pass a type error to error and finally hooks", async () => {
    const { client } = await given("stable");
    const calls = addHook(client);
    await client.getBooleanDetails("wrong-flag", false);
    assert.deepEqual(Object.keys(calls), ["before", "error", "finally"]);
    assert.deepEqual(shown(calls.finally), ["wrong-flag", false, undefined, "ERROR", "TYPE_MISMATCH"]);
  });
});
