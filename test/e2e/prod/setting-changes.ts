import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { parseDocument } from "yaml";
import { z } from "zod";
import { holdingOf } from "../../../delivery/cli/stateful.ts";
import { expectCode, type Outcome } from "../support/checkout.ts";
import type { ProdContext } from "./context.ts";

/** A change of production's settings that somebody might make while it runs. */
interface SettingChange {
  readonly what: string;
  /** The new values, by their path below `config:`; undefined removes. */
  readonly set: Readonly<Record<string, unknown>>;
}

/** None of them may delete or replace anything that holds data, the cluster and its namespaces among it. A preview costs half a minute: related ones go together. */
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

const previewSchema = z.object({ steps: z.array(z.object({ op: z.string(), urn: z.string() })) });

/** Operations by which something that was there goes. */
const goes = new Set(["delete", "delete-replaced", "create-replacement", "replace", "discard", "discard-replaced"]);

/** Every change of the table is previewed by the real engine and plugins on the stack that stands. */
export function settingChangesBlock(context: ProdContext): void {
  describe("a change of settings", () => {
    for (const change of changes) {
      it(`replaces and deletes nothing that holds data: ${change.what}`, async () => {
        const { stdout } = expectCode(await preview(context, change), 0);
        const { steps } = previewSchema.parse(JSON.parse(stdout));
        assert.deepEqual(
          steps.filter(({ op, urn }) => goes.has(op) && holdingOf(typeOf(urn)) !== undefined),
          [],
        );
        // Otherwise the change has no effect, and the table proves nothing by it.
        assert.ok(
          steps.some(({ op }) => op !== "same"),
          "the preview shows that nothing would change",
        );
      });
    }

    for (const change of losing) {
      it(`is refused by --fail-on-data-loss, which names what would go: ${change.what}`, async () => {
        const original = context.checkout.read("Pulumi.prod.yaml");
        context.checkout.write("Pulumi.prod.yaml", changed(original, change));
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

/** The resource's own type, without those of the components above it. */
function typeOf(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}

function changed(text: string, { set }: SettingChange): string {
  const document = parseDocument(text);
  for (const [setting, value] of Object.entries(set)) {
    const [group, ...rest] = setting.split(".");
    const place = ["config", `slipway:${group}`, ...rest];
    if (value === undefined) document.deleteIn(place);
    else document.setIn(place, value);
  }
  return document.toString();
}

/** With the settings that the sandbox gives production, which has an account and a zone of its own there. */
function preview({ checkout, environment }: ProdContext, change: SettingChange): Promise<Outcome> {
  const settings = environment.PULUMI_OPTION_CONFIG_FILE;
  assert.ok(settings);
  const file = path.join(checkout.folder, "Pulumi.prod.yaml");
  writeFileSync(file, changed(checkout.readAbsolute(settings), change));
  return checkout.shell(`pulumi preview --stack prod --json --non-interactive --config-file '${file}'`, environment);
}
