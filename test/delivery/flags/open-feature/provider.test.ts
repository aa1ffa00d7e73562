import assert from "node:assert/strict";
import { OpenFeature, ProviderEvents } from "@openfeature/server-sdk";
import { until } from "../../../support/postgres.ts";
import { given, testFlags } from "./fixture.ts";

describe("Slipway's provider", () => {
  after(() => OpenFeature.close());

  it("means off by off, whatever default the code has", async () => {
    const { client } = await given("stable");
    assert.equal(await client.getBooleanValue("boolean-disabled-flag", true), false);
  });

  it("takes the targeting key for the user, unless the context has a user", async () => {
    const { client, source } = await given("stable");
    const targeting = { segments: [{ name: "testers", users: ["ada"] }] };
    source.current({ testers: { enabled: true, rollout: 0, targeting } });
    assert.equal(await client.getBooleanValue("testers", false, { targetingKey: "ada" }), true);
    assert.equal(await client.getBooleanValue("testers", false, { targetingKey: "session-1", userId: "ada" }), true);
    assert.equal(await client.getBooleanValue("testers", true, { targetingKey: "ada", userId: "bob" }), false);
  });

  it("gives a variant without a value by its name, and as true", async () => {
    const { client, source } = await given("stable");
    source.current({ ab: { enabled: true, rollout: 100, targeting: { variants: [{ name: "blue", weight: 1 }] } } });
    assert.equal(await client.getStringValue("ab", "red"), "blue");
    assert.equal(await client.getBooleanValue("ab", false), true);
    const asNumber = await client.getNumberDetails("ab", 7);
    assert.deepEqual([asNumber.value, asNumber.errorCode], [7, "TYPE_MISMATCH"]);
  });

  it("answers STALE with the value as before while the source is lost, and tells what the reason would be", async () => {
    const { client, source } = await given("stable");
    source.lost(new Error("gone"));
    assert.deepEqual(await client.getBooleanDetails("metadata-flag", false), {
      flagKey: "metadata-flag",
      value: true,
      variant: "on",
      reason: "STALE",
      flagMetadata: { string: "1.0.2", integer: 2, float: 0.1, boolean: true, freshReason: "STATIC" },
    });
  });

  it("answers with the default, and says why, when there is nothing to answer from", async () => {
    const { client } = await given("error");
    const details = await client.getBooleanDetails("boolean-flag", false);
    assert.deepEqual([details.value, details.reason, details.errorCode], [false, "ERROR", "PROVIDER_NOT_READY"]);
  });

  it("answers with the default, and says what is wrong, for malformed targeting", async () => {
    const { client, source } = await given("stable");
    source.current({ broken: { enabled: true, rollout: 100, targeting: { stickiness: "team" } } });
    const details = await client.getBooleanDetails("broken", false);
    assert.deepEqual([details.value, details.errorCode], [false, "PARSE_ERROR"]);
    assert.match(details.errorMessage ?? "", /stickiness must be user or organization/);
  });

  it("tells the application of changes, of the loss, and of the return", async () => {
    const { client, source } = await given("stable");
    const events: unknown[] = [];
    client.addHandler(ProviderEvents.ConfigurationChanged, (details) => events.push(details?.flagsChanged));
    client.addHandler(ProviderEvents.Stale, () => events.push("stale"));
    source.current({ ...testFlags, "string-flag": { enabled: false, rollout: 0, targeting: {} } });
    source.lost(new Error("gone"));
    await until("both were told", async () => events.length === 2);
    assert.deepEqual(events, [["string-flag"], "stale"]);
    client.addHandler(ProviderEvents.Stale, () => {});
    source.unchanged();
    await until("it is ready again", async () => client.providerStatus === "READY");
  });
});
