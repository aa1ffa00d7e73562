import assert from "node:assert/strict";
import { Checkout, expectCode } from "./support/checkout.ts";
import { askGitHub, query, readFlags, readState } from "./support/stack.ts";

describe("./slipway up dev, on a checkout that nobody has used", () => {
  let checkout: Checkout;
  before(() => {
    checkout = Checkout.create();
  });
  after(() => checkout.dispose());

  it("brings the stack up and prints its outputs", async () => {
    const { stdout } = expectCode(await checkout.run(["up", "dev"]), 0);
    assert.match(stdout, /Outputs:/);
    assert.match(stdout, /teamflow_dev/);
  });

  it("has seeded every declared flag", async () => {
    const flags = await readFlags(checkout);
    assert.deepEqual(
      flags.map(({ key }) => key),
      [
        "adminPortal",
        "advancedConnectors",
        "advanced_reports",
        "aiDocumentation",
        "ai_assistant",
        "enterpriseMode",
        "metadataSync",
        "new_dashboard",
      ],
    );
    assert.deepEqual(
      flags.find(({ key }) => key === "new_dashboard"),
      { key: "new_dashboard", enabled: true, rollout: 100 },
    );
  });

  it("has made the process's environment in GitHub: develop deploys, nobody is asked, no administrator bypasses", async () => {
    const environments = "repos/teamflow/teamflow/environments";
    const all = await askGitHub<{ environments: { name: string; can_admins_bypass: boolean }[] }>(
      checkout,
      environments,
    );
    assert.deepEqual(
      all.environments.map(({ can_admins_bypass, name }) => [name, can_admins_bypass]),
      [["development", false]],
    );
    const { branch_policies } = await askGitHub<{ branch_policies: { name: string; type: string }[] }>(
      checkout,
      `${environments}/development/deployment-branch-policies`,
    );
    assert.deepEqual(
      branch_policies.map(({ name, type }) => `${type} ${name}`),
      ["branch develop"],
    );
  });

  it("shows its resources to plain pulumi in a shell with the environment", async () => {
    const { stdout } = expectCode(await checkout.shell('eval "$(./slipway env)" && pulumi stack --stack dev'), 0);
    for (const type of [
      "slipway:index:LocalPlatform",
      "slipway:index:DatabaseMigrations",
      "slipway:index:FlagSet",
      "slipway:index:GitHubDelivery",
    ])
      assert.match(stdout, new RegExp(type));
    expectCode(await checkout.shell('eval "$(./slipway env)" && pulumi preview --stack dev --expect-no-changes'), 0);
  });

  it("leaves every tracked file as it was", () => {
    // The engine would write a salt into Pulumi.dev.yaml if none were committed.
    assert.deepEqual(checkout.changedAmong(["Pulumi.yaml", "Pulumi.dev.yaml", "package-lock.json"]), []);
  });

  it("changes nothing the second time", async () => {
    const { stdout } = expectCode(await checkout.run(["up", "dev"]), 0);
    assert.match(stdout, /\d+ unchanged/);
    assert.doesNotMatch(stdout, /\d+ (created|updated|replaced|deleted)/);
  });

  it("lets an up that comes while another runs wait for it", async () => {
    const outcomes = await Promise.all([checkout.run(["up", "dev"]), checkout.run(["up", "dev"])]);
    for (const outcome of outcomes) expectCode(outcome, 0);
    assert.equal(outcomes.filter(({ stderr }) => /another \.\/slipway changes dev; waiting/.test(stderr)).length, 1);
  });

  it("shows a changed rollout as one readable line, and brings it into the table", async () => {
    checkout.edit("Pulumi.dev.yaml", (text) =>
      text.replace(/^config:\n/m, "config:\n  slipway:flags:\n    new_dashboard: { rollout: 60 }\n"),
    );
    const preview = expectCode(await checkout.run(["preview", "dev"]), 0);
    const changed = preview.stdout.split("\n").filter((line) => line.includes("rollout"));
    assert.equal(changed.length, 1, preview.stdout);
    assert.match(changed[0] ?? "", /~ flags\.new_dashboard: "on, rollout 100 %" => "on, rollout 60 %"/);
    expectCode(await checkout.run(["up", "dev", "--yes"]), 0);
    assert.equal((await readFlags(checkout)).find(({ key }) => key === "new_dashboard")?.rollout, 60);
  });

  it("finds no drift where there is none", async () => {
    const { stdout } = expectCode(await checkout.run(["drift", "dev"]), 0);
    assert.match(stdout, /No drift/);
  });

  it("finds an edit in the flag table behind Pulumi's back", async () => {
    await query(
      checkout,
      "UPDATE public.feature_flag_environments SET rollout_percentage = 5 WHERE flag_key = 'ai_assistant' AND environment = 'development'",
    );
    const { stdout } = expectCode(await checkout.run(["drift", "dev"]), 1);
    assert.match(stdout, /ai_assistant.*rollout 5 %/);
    const json = expectCode(await checkout.run(["drift", "dev", "--json"]), 1);
    const { changes } = JSON.parse(json.stdout) as { changes: { name: string; properties: object[] }[] };
    assert.deepEqual(
      changes.map(({ name, properties }) => [name, properties[0]]),
      [["dev-flags-set", { path: "flags.ai_assistant", before: "on, rollout 100 %", after: "on, rollout 5 %" }]],
    );
    await query(
      checkout,
      "UPDATE public.feature_flag_environments SET rollout_percentage = 100 WHERE flag_key = 'ai_assistant' AND environment = 'development'",
    );
  });

  it("finds an environment changed in GitHub", async () => {
    await askGitHub(checkout, "repos/teamflow/teamflow/environments/development", "PUT", {
      wait_timer: 30,
      can_admins_bypass: true,
    });
    const { stdout } = expectCode(await checkout.run(["drift", "dev"]), 1);
    assert.match(stdout, /canAdminsBypass/);
    expectCode(await checkout.run(["up", "dev", "--yes", "--refresh"]), 0);
    expectCode(await checkout.run(["drift", "dev"]), 0);
  });

  it("stops with one clear message, before the engine, when a setting is wrong", async () => {
    const right = checkout.read("Pulumi.dev.yaml");
    checkout.edit("Pulumi.dev.yaml", (text) => text.replace("rollout: 60", "rollout: 101"));
    const outcome = expectCode(await checkout.run(["up", "dev", "--yes"]), 1);
    assert.match(outcome.stderr, /Pulumi\.dev\.yaml: slipway:flags\.new_dashboard\.rollout/);
    assert.doesNotMatch(outcome.stderr + outcome.stdout, /\n\s+at /);
    checkout.edit("Pulumi.dev.yaml", () => right);
  });

  it("keeps the database on destroy where that is asked, and leaves an empty stack", async () => {
    expectCode(await checkout.run(["destroy", "dev", "--yes", "--keep-database"]), 0);
    assert.deepEqual(readState(checkout).resources, []);
    assert.equal((await readFlags(checkout)).length, 8);
  });

  it("takes the kept database over again, and drops it on a plain destroy", async () => {
    expectCode(await checkout.run(["up", "dev"]), 0);
    expectCode(await checkout.run(["destroy", "dev", "--yes"]), 0);
    assert.deepEqual(readState(checkout).resources, []);
    assert.deepEqual(
      await query(checkout, "SELECT datname FROM pg_database WHERE datname = 'teamflow_dev'", "postgres"),
      [],
    );
  });
});
