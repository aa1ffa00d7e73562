import assert from "node:assert/strict";
import * as provider from "../../../delivery/flags/provider.ts";
import { useEnvironment } from "../../support/environment.ts";
import { migratedDatabase } from "../../support/migrated.ts";
import { type TestPostgres, testPostgres } from "../../support/postgres.ts";

describe("the flag set's provider", () => {
  let server: TestPostgres;
  let inputs: provider.FlagSetInputs;
  useEnvironment(async () => (await testPostgres()).environment);

  beforeEach(async () => {
    server = await testPostgres();
    const { name, owner } = await migratedDatabase();
    const database = { kind: "environment", database: name, user: owner } as const;
    inputs = {
      version: 1,
      implementation: "x",
      database,
      environment: "development",
      stack: "slipway/dev",
      flags: { new_dashboard: "on, rollout 50 %", metadataSync: "off, rollout 0 %" },
      texts: { new_dashboard: "New Dashboard Design: Redesigned", metadataSync: "Metadata Sync" },
    };
  });

  const sql = (text: string) => server.query<Record<string, unknown>>(inputs.database.database, text);
  const rollouts = async () => {
    const rows = await sql(
      "SELECT flag_key AS key, rollout_percentage AS rollout FROM public.feature_flag_environments ORDER BY 1",
    );
    return Object.fromEntries(rows.map(({ key, rollout }) => [key, rollout]));
  };
  const declare = (flags: Record<string, string>, texts = inputs.texts) => ({
    ...inputs,
    flags: { ...inputs.flags, ...flags },
    texts,
  });
  const outputs = (read: Awaited<ReturnType<typeof provider.read>>) => read.props as provider.FlagSetOutputs;

  it("writes the flags, and reads back what it was given", async () => {
    const { id, outs } = await provider.create(inputs);
    assert.deepEqual(outs, { ...inputs, operated: {}, foreign: {} });
    assert.deepEqual(await provider.read(id, outs), { id, props: outs, inputs });
    assert.deepEqual(await provider.diff(id, outs, inputs), { changes: false, replaces: [] });
  });

  it("changes one flag with one line, and history names the stack", async () => {
    const { id, outs } = await provider.create(inputs);
    const news = declare({ new_dashboard: "on, rollout 60 %" });
    assert.equal((await provider.diff(id, outs, news)).changes, true);
    await provider.update(id, outs, news);
    assert.deepEqual(await rollouts(), { metadataSync: 0, new_dashboard: 60 });
    const [last] = await sql(
      "SELECT actor, after->>'rollout_percentage' AS after FROM public.feature_flag_history ORDER BY id DESC LIMIT 1",
    );
    assert.deepEqual(last, { actor: "stack slipway/dev", after: "60" });
  });

  it("finds what was changed, deleted and added behind its back", async () => {
    const { id, outs } = await provider.create(inputs);
    await sql("UPDATE public.feature_flag_environments SET rollout_percentage = 70 WHERE flag_key = 'new_dashboard'");
    await sql("DELETE FROM public.feature_flags WHERE flag_key = 'metadataSync'");
    await sql("INSERT INTO public.feature_flags (flag_key, name) VALUES ('own', 'Own')");
    await sql("INSERT INTO public.feature_flag_environments VALUES ('own', 'development', true, 5)");
    const read = outputs(await provider.read(id, outs));
    assert.deepEqual(read.flags, { new_dashboard: "on, rollout 70 %" });
    assert.deepEqual(read.operated, {
      metadataSync: "(no row) (declared: off, rollout 0 %)",
      new_dashboard: "on, rollout 70 % (declared: on, rollout 50 %)",
    });
    assert.deepEqual(read.foreign, { own: "on, rollout 5 %" });
    await provider.update(id, read, inputs);
    assert.deepEqual(await rollouts(), { metadataSync: 0, new_dashboard: 50, own: 5 });
  });

  it("keeps an operator's value that no preview showed, and tells", async () => {
    const { id, outs } = await provider.create(inputs);
    await sql("UPDATE public.feature_flag_environments SET rollout_percentage = 70 WHERE flag_key = 'new_dashboard'");
    const { outs: updated } = await provider.update(id, outs, declare({ metadataSync: "on, rollout 1 %" }));
    assert.deepEqual(await rollouts(), { metadataSync: 1, new_dashboard: 70 });
    assert.equal(updated.flags.new_dashboard, "on, rollout 50 %", "the state goes on saying what was declared");
    assert.deepEqual(Object.keys(updated.operated), ["new_dashboard"]);
    await provider.update(id, updated, declare({ metadataSync: "on, rollout 2 %" }));
    assert.equal((await rollouts()).new_dashboard, 70);
  });

  it("refuses to replace an operator's value that no preview showed, until a refresh did", async () => {
    const { id, outs } = await provider.create(inputs);
    await sql("UPDATE public.feature_flag_environments SET rollout_percentage = 70 WHERE flag_key = 'new_dashboard'");
    const news = declare({ new_dashboard: "on, rollout 60 %" });
    await assert.rejects(provider.update(id, outs, news), {
      name: "UserError",
      message: /nothing was written.*pulumi refresh/s,
    });
    await provider.update(id, outputs(await provider.read(id, outs)), news);
    assert.equal((await rollouts()).new_dashboard, 60);
  });

  it("deletes what is no longer declared and leaves what it never declared, also after a refresh", async () => {
    const { id, outs } = await provider.create(inputs);
    await sql("INSERT INTO public.feature_flags (flag_key, name) VALUES ('own', 'Own')");
    await sql("INSERT INTO public.feature_flag_environments VALUES ('own', 'development', true, 5)");
    const read = outputs(await provider.read(id, outs));
    const { metadataSync: _, ...flags } = inputs.flags;
    await provider.update(id, read, { ...inputs, flags });
    assert.deepEqual(await rollouts(), { new_dashboard: 50, own: 5 });
  });

  it("brings all flags into a database that was made anew", async () => {
    const { id, outs } = await provider.create(inputs);
    const { name, owner } = await migratedDatabase();
    const database = { kind: "environment", database: name, user: owner, incarnation: "2/2" } as const;
    const { outs: updated } = await provider.update(
      id,
      { ...outs, database: { ...database, incarnation: "1/1" } },
      { ...inputs, database },
    );
    assert.deepEqual(updated.operated, {});
    const rows = await server.query(name, "SELECT FROM public.feature_flag_environments");
    assert.equal(rows.length, 2);
  });

  it("is replaced for another environment or database, and not while the database is unknown", async () => {
    const { id, outs } = await provider.create(inputs);
    assert.deepEqual((await provider.diff(id, outs, { ...inputs, environment: "staging" })).replaces, ["environment"]);
    assert.deepEqual(
      (await provider.diff(id, outs, { ...inputs, database: { ...inputs.database, database: "other" } })).replaces,
      ["database"],
    );
    const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9" as never;
    assert.deepEqual((await provider.diff(id, outs, { ...inputs, database: unknown })).replaces, []);
  });

  it("removes its flags, and is gone with its database", async () => {
    const { id, outs } = await provider.create(inputs);
    await provider.delete(id, outs);
    assert.deepEqual(await rollouts(), {});
    await server.query("postgres", `DROP DATABASE ${inputs.database.database} WITH (FORCE)`);
    assert.equal((await provider.read(id, outs)).id, "");
    await provider.delete(id, outs);
  });
});
