import assert from "node:assert/strict";
import { LocalPlatform } from "../../components/local-platform.ts";
import { planCacheEndpoint, planLocalDatabase } from "../../components/local-platform-plan.ts";
import { useEnvironment } from "../support/environment.ts";
import { runMocked } from "../support/pulumi-mocks.ts";

describe("the plan for a local platform", () => {
  it("names logins after the application", () => {
    assert.deepEqual(planLocalDatabase("team-flow", "team_flow_dev"), {
      database: "team_flow_dev",
      owner: "team_flow_owner",
      application: "team_flow_app",
      state: {
        "database team_flow_dev": "owned by team_flow_owner, open to team_flow_app",
        "role team_flow_owner": "login, password known",
        "role team_flow_app": "login, password known, in slipway_application, may act as slipway_organization_admin",
        "role slipway_application": "group",
        "role slipway_organization_admin": "group",
        "role slipway_operator": "group",
        "role slipway_auditor": "group",
      },
    });
  });

  it("takes host and port of the cache, and nothing secret", () => {
    assert.deepEqual(planCacheEndpoint({ REDIS_URL: "redis://user:secret@127.0.0.1:7000/0" }), {
      host: "127.0.0.1",
      port: 7000,
    });
    assert.deepEqual(planCacheEndpoint({ REDIS_URL: "redis://cache" }), { host: "cache", port: 6379 });
  });

  for (const [what, url] of Object.entries({
    "is not set": undefined,
    "is empty": "",
    "is no URL": "127.0.0.1:secret",
    "is no redis URL": "http://:secret@x",
  })) {
    it(`says what to do when REDIS_URL ${what}, without repeating it`, () => {
      assert.throws(
        () => planCacheEndpoint({ REDIS_URL: url }),
        (error: Error) => {
          assert.equal(error.name, "UserError");
          assert.match(error.message, /REDIS_URL.*\n.*sandbox start/);
          assert.doesNotMatch(error.message, /secret/);
          return true;
        },
      );
    });
  }
});

describe("LocalPlatform", () => {
  useEnvironment(async () => ({ REDIS_URL: "redis://user:cache-secret@127.0.0.1:7000" }));
  const outputs = () => ({ hex: "aa11", incarnation: "1/2" });
  const run = (retainOnDestroy?: boolean) =>
    runMocked(
      () => {
        const database = { name: "teamflow_dev", ...(retainOnDestroy !== undefined && { retainOnDestroy }) };
        const {
          database: owner,
          applicationDatabase,
          cache,
        } = new LocalPlatform("platform", { application: "teamflow", database });
        return { owner, applicationDatabase, cache };
      },
      { outputs },
    );

  it("gives the database to its owner and to the application, by reference", async () => {
    const { result } = await run();
    const reference = { kind: "environment", database: "teamflow_dev", incarnation: "1/2" };
    assert.deepEqual(result, {
      owner: { ...reference, user: "teamflow_owner" },
      applicationDatabase: { ...reference, user: "teamflow_app" },
      cache: { host: "127.0.0.1", port: 7000 },
    });
  });

  it("tells the provider who it is by an id of its own, and what shall be there", async () => {
    const { one, resources } = await run();
    const { inputs, name } = one("pulumi-nodejs:dynamic/slipway:LocalDatabase");
    assert.equal(name, "platform-database");
    const { __provider, implementation, state, ...rest } = inputs;
    assert.match(String(implementation), /^[0-9a-f]{12}$/);
    assert.ok(String(__provider).includes("delivery/database/local-database-provider.ts"));
    assert.deepEqual(state, planLocalDatabase("teamflow", "teamflow_dev").state);
    assert.deepEqual(rest, {
      version: 1,
      stack: "slipway/dev",
      instance: "aa11",
      database: "teamflow_dev",
      owner: "teamflow_owner",
      application: "teamflow_app",
      retainOnDelete: false,
    });
    assert.doesNotMatch(JSON.stringify(resources), /cache-secret/);
  });

  it("leaves the database at a destroy only where asked", async () => {
    assert.equal((await run(true)).one("pulumi-nodejs:dynamic/slipway:LocalDatabase").inputs.retainOnDelete, true);
  });
});
