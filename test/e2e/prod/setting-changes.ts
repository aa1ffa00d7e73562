import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import type { Outcome } from "../support/checkout.ts";
import { assertNothingIsLost, changed, rounds, type SettingChange } from "../support/setting-changes.ts";
import { must } from "../support/stack-context.ts";
import type { ProdContext } from "./context.ts";

/** None of them may delete or replace anything that holds data, the cluster and its namespaces among it. */
const changes: readonly SettingChange[] = [
  {
    what: "the API server from two offices",
    set: { "kubernetes.publicEndpointCidrs": ["203.0.113.0/24", "198.51.100.7/32"] },
  },
  {
    what: "people who may look, and one who may do everything",
    set: {
      "kubernetes.access": [
        { role: "arn:aws:iam::000000000001:role/support", level: "view", namespace: "teamflow" },
        { role: "arn:aws:iam::000000000001:role/platform", level: "clusterAdmin" },
      ],
    },
  },
  {
    what: "more copies, and larger ones",
    set: {
      "services.backend.scaling": { minimum: 4, maximum: 14, cpuPercent: 60, memoryPercent: 75 },
      "services.frontend.pod": { requests: { cpu: "200m", memory: "512Mi" }, limits: { cpu: "400m", memory: "1Gi" } },
    },
  },
  {
    what: "another port and another health check",
    set: { "services.backend.port": 8080, "services.backend.healthPath": "/ready" },
  },
  { what: "a fourth zone", set: { "network.zones": ["us-west-2a", "us-west-2b", "us-west-2c", "us-west-2d"] } },
  {
    what: "a larger database with more storage",
    set: { "database.instanceClass": "db.m7g.xlarge", "database.storageGiB": 200 },
  },
  { what: "larger caches with one more replica", set: { "cache.nodeType": "cache.m7g.xlarge", "cache.replicas": 3 } },
  { what: "logs for longer", set: { "logs.retentionDays": 731 } },
  { what: "another host of pre-production", set: { "preProduction.hosts.frontend": "next.teamflow.app" } },
];

/** Changes by which data would go, which a preview must refuse, or tell of. */
const losing: readonly (SettingChange & { readonly because: RegExp })[] = [
  {
    what: "another namespace",
    set: { "kubernetes.namespace": "teamflow-two" },
    because: /prod-application-space-namespace/,
  },
  { what: "no web application firewall", set: { "edge.waf": false }, because: /prod-edge-firewall-log/ },
  { what: "no pre-production", set: { preProduction: undefined }, because: /prod-pre-production-database-instance/ },
];

/** Every change of the table is previewed by the real engine and plugins on the stack that stands. */
export function settingChangesBlock(context: ProdContext): void {
  describe("a change of settings", () => {
    const settings = () =>
      context.checkout.readAbsolute(must(context.environment.PULUMI_OPTION_CONFIG_FILE, "settings"));

    for (const round of rounds(changes))
      it(`replaces and deletes nothing that holds data: ${round.map(({ what }) => what).join("; ")}`, () =>
        assertNothingIsLost(round, settings(), (text) => preview(context, text)));

    for (const change of losing) {
      it(`is refused by --fail-on-data-loss, which names what would go: ${change.what}`, async () => {
        const original = context.checkout.read("Pulumi.prod.yaml");
        context.checkout.write("Pulumi.prod.yaml", changed(original, [change]));
        try {
          const outcome = await context.checkout.run(["preview", "prod", "--fail-on-data-loss"]);
          assert.notEqual(outcome.code, 0);
          assert.match(outcome.stdout + outcome.stderr, change.because);
        } finally {
          context.checkout.write("Pulumi.prod.yaml", original);
        }
      });
    }
  });
}

/** With the settings that the sandbox gives production, which has an account and a zone of its own there. */
function preview({ checkout, environment }: ProdContext, settings: string): Promise<Outcome> {
  const file = path.join(checkout.folder, "Pulumi.prod.yaml");
  writeFileSync(file, settings);
  return checkout.shell(`pulumi preview --stack prod --json --non-interactive --config-file '${file}'`, environment);
}
