import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { expectCode } from "../support/checkout.ts";
import { assertCompliant } from "../support/compliance.ts";
import { passwordOf } from "../support/stack.ts";
import { masterLogin } from "./connection.ts";
import { must, type StagingContext } from "./context.ts";

/** How `up` ended, what it left behind, and what it did not. */
export function up(context: StagingContext): void {
  describe("up", () => {
    it("reaches the end and says what there is", () => {
      const { stdout } = expectCode(context.up, 0);
      assert.match(stdout, /\+ 2\d\d created/);
      assert.doesNotMatch(stdout, /warning/i);
      const { application, database, edge, environment, network, registry } = context.outputs;
      assert.deepEqual(application, {
        backend: { url: "https://staging.teamflow.app/api", service: "teamflow-staging-backend" },
        frontend: { url: "https://staging.teamflow.app", service: "teamflow-staging-frontend" },
      });
      assert.deepEqual([database.identifier, database.name], ["teamflow-staging", "teamflow_staging"]);
      assert.deepEqual([network.cidr, edge.zone], ["10.1.0.0/16", "staging.teamflow.app"]);
      assert.deepEqual(Object.keys(registry).sort(), ["backend", "frontend", "operator"]);
      assert.deepEqual(environment, {
        name: "staging",
        protected: true,
        allowTestData: true,
        requireBackup: false,
        logLevel: "info",
        requireConfirmation: false,
      });
    });

    it("tells what a person has to do next: delegate the zone, push the images", () => {
      const said = context.up.stdout + context.up.stderr;
      assert.match(said, /zone staging\.teamflow\.app must be delegated/);
      for (const service of ["backend", "frontend", "operator"])
        assert.match(said, new RegExp(`${service}.*no image yet`));
    });

    it("changes nothing the second time, and finds no drift", async () => {
      const { stdout } = expectCode(await context.checkout.run(["up", "staging", "--yes"]), 0);
      assert.match(stdout, /\d+ unchanged/);
      assert.doesNotMatch(stdout, /\d+ (created|updated|replaced|deleted)/);
      expectCode(await context.checkout.run(["drift", "staging"]), 0);
    });

    it("complies with every policy, judged as it is built, with every value known", async () => {
      await assertCompliant(context, "staging");
    });

    it("leaves every tracked file as it was", () => {
      assert.deepEqual(context.checkout.changedAmong(["Pulumi.yaml", "Pulumi.staging.yaml", "package-lock.json"]), []);
    });

    it("protects in the state what holds data", () => {
      const state = JSON.parse(context.checkout.read(".slipway/state/.pulumi/stacks/slipway/staging.json")) as {
        checkpoint: { latest: { resources: { urn: string; protect?: boolean }[]; pending_operations?: unknown[] } };
      };
      const { pending_operations = [], resources } = state.checkpoint.latest;
      const isProtected = resources.filter(({ protect }) => protect).map(({ urn }) => urn.split("::").at(-1));
      for (const name of ["database-instance", "cache-group", "edge-zone", "secrets-secret-key", "registry-backend"])
        assert.ok(isProtected.includes(`staging-${name}`), name);
      assert.equal(isProtected.filter((name) => name?.startsWith("staging-keys-")).length, 7);
      assert.deepEqual(pending_operations, []);
    });

    it("keeps every secret out of state, logs, previews and everything that it prints", async () => {
      const { checkout, environment } = context;
      const secrets = new Map<string, string>();
      secrets.set("the master's password", (await masterLogin(context)).password);
      const { SecretString } = await context
        .client(SecretsManagerClient)
        .send(new GetSecretValueCommand({ SecretId: "teamflow/staging/secret-key" }));
      secrets.set("the application's secret", must(SecretString, "generated secret"));
      secrets.set("the GitHub token", checkout.read(".slipway/secrets/github-token").trim());
      secrets.set(
        "the local administrator's password",
        passwordOf(checkout, must(environment.PGPASSFILE, "pgpass"), "postgres"),
      );
      for (const [name, value] of secrets) assert.ok(value.length >= 16, `${name} is long enough to be searched for`);

      const preview = expectCode(await checkout.run(["preview", "staging", "--json"]), 0);
      const texts = new Map([
        ["what up printed", context.up.stdout + context.up.stderr],
        ["what preview printed", preview.stdout + preview.stderr],
      ]);
      for (const file of filesBelow(path.join(checkout.root, ".slipway")))
        texts.set(path.relative(checkout.root, file), readFileSync(file, "latin1"));
      assert.ok([...texts.keys()].some((name) => name.endsWith("stacks/slipway/staging.json")));
      assert.ok([...texts.keys()].some((name) => name.endsWith("logs/aws.log")));
      const found = [...texts].flatMap(([where, text]) =>
        [...secrets].filter(([, value]) => text.includes(value)).map(([name]) => `${name} in ${where}`),
      );
      assert.deepEqual(found, []);
    });
  });
}

/** Every file but those whose purpose is to keep secrets or data: the local services' own stores. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter(
      (file) => !/\.slipway\/(secrets|sandbox\/(postgres|rds|aws))\//.test(file) && statSync(file).size < 2 ** 26,
    );
}
