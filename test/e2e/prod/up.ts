import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { AppsV1Api, BatchV1Api, CoreV1Api, NetworkingV1Api } from "@kubernetes/client-node";
import { expectCode } from "../support/checkout.ts";
import { assertCompliant } from "../support/compliance.ts";
import { must } from "../support/stack-context.ts";
import { confirmed, type ProdContext } from "./context.ts";

const namespaces = ["teamflow", "teamflow-pre"] as const;

/** How `up` ended, and what runs then. */
export function up(context: ProdContext): void {
  describe("up", () => {
    it("reaches the end and says what there is", () => {
      const { stdout } = expectCode(context.up, 0);
      assert.match(stdout, /\+ \d{3} created/);
      const { application, database, environment, preProduction } = context.outputs;
      assert.deepEqual(
        [application.backend.url, application.frontend.url],
        ["https://api.teamflow.app", "https://teamflow.app"],
      );
      assert.equal(preProduction.application.frontend.url, "https://pre.teamflow.app");
      assert.deepEqual([database.identifier, database.name], ["teamflow-prod", "teamflow_prod"]);
      assert.deepEqual(environment, {
        name: "production",
        protected: true,
        allowTestData: false,
        requireBackup: true,
        logLevel: "error",
        requireConfirmation: true,
      });
    });

    for (const namespace of namespaces) {
      it(`has every pod of ${namespace} ready, three of each service and the canaries`, async () => {
        const { items } = await context.kubernetes(AppsV1Api).listNamespacedDeployment({ namespace });
        assert.deepEqual(
          items.map(({ metadata, status }) => [metadata?.name, status?.readyReplicas, status?.updatedReplicas]).sort(),
          [
            ["backend", 3, 3],
            ["backend-canary", 1, 1],
            ["frontend", 3, 3],
            ["frontend-canary", 1, 1],
          ],
        );
      });

      it(`has the migrations of ${namespace} and the watch over its canaries done, each in a Job that succeeded`, async () => {
        const { items } = await context.kubernetes(BatchV1Api).listNamespacedJob({ namespace });
        const names = items.map(({ metadata }) => must(metadata?.name, "name").replace(/-[0-9a-f]+$/, ""));
        assert.deepEqual(names.sort(), ["backend-analysis", "frontend-analysis", "migration"]);
        for (const { metadata, status } of items) assert.equal(status?.succeeded, 1, metadata?.name);
      });

      it(`has an address for the Ingress of ${namespace}, which is what its hosts point at`, async () => {
        const { items } = await context.kubernetes(NetworkingV1Api).listNamespacedIngress({ namespace });
        const [ingress] = items;
        const { application } = namespace === "teamflow" ? context.outputs : context.outputs.preProduction;
        assert.equal(items.length, 1);
        assert.match(application.loadBalancer, /\.elb\./);
        assert.equal(ingress?.status?.loadBalancer?.ingress?.[0]?.hostname, application.loadBalancer);
      });
    }

    it("syncs the application's secret from Secrets Manager, and the state does not know it", async () => {
      const secret = await context
        .kubernetes(CoreV1Api)
        .readNamespacedSecret({ name: "app-secrets", namespace: "teamflow" });
      const [value] = Object.values(secret.data ?? {});
      const plain = Buffer.from(must(value, "value in app-secrets"), "base64").toString();
      assert.ok(plain.length >= 32);
      const state = context.checkout.read(".slipway/state/.pulumi/stacks/slipway/prod.json");
      for (const text of [plain, must(value, "value")]) assert.ok(!state.includes(text));
      assert.deepEqual(filesWith(path.join(context.checkout.root, ".slipway", "state"), plain), []);
      assert.ok(!`${context.up.stdout}${context.up.stderr}`.includes(plain));
    });

    it("has a release database of its own, which the commands find by the stack's outputs as they do in AWS", async () => {
      const { database, preProduction, releases } = context.outputs;
      assert.equal(new Set([database.host, preProduction.database.host, releases.host]).size, 3);
      const line = 'eval "$(./slipway env prod)" && ./slipway release status --no-sandbox';
      const { stdout } = expectCode(await context.checkout.shell(line), 0);
      assert.match(stdout, /^production +nothing yet/m);
    });

    it("changes nothing the second time, and finds no drift", async () => {
      const { stdout } = expectCode(await context.checkout.run(["up", "prod", ...confirmed]), 0);
      assert.match(stdout, /\d+ unchanged/);
      assert.doesNotMatch(stdout, /\d+ (created|updated|replaced|deleted)/);
      expectCode(await context.checkout.run(["drift", "prod"]), 0);
    });

    it("complies with every policy, judged as it is built, with every value known", async () => {
      await assertCompliant(context, "prod");
    });

    it("leaves every tracked file as it was", () => {
      assert.deepEqual(context.checkout.changedAmong(["Pulumi.yaml", "package-lock.json"]), []);
      assert.equal(context.checkout.read("Pulumi.prod.yaml"), context.settings);
    });
  });
}

/** The files below a folder that hold a text. */
function filesWith(folder: string, text: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((file) => path.join(folder, file))
    .filter((file) => statSync(file).isFile() && readFileSync(file).includes(text));
}
