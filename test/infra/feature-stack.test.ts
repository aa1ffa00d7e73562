import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { parse } from "yaml";
import { type AddressRange, contains, overlaps, parseCidr } from "../../infra/cidr.ts";
import {
  featureBlocks,
  featureCidr,
  networkRival,
  overlapping,
  planFeatureStack,
} from "../../infra/feature-stack-plan.ts";
import { parseSettings } from "../../infra/settings.ts";
import { checkStackFile, derivedStackFile, isDerived, readSettings } from "../../infra/stack-file.ts";
import { checkoutRoot } from "../../sandbox/paths.ts";
import { temporaryFolder, write } from "../cli/support/temporary.ts";
import { change, rawSettings } from "../support/stack-settings.ts";

const number = fc.integer({ min: 1, max: 999_999 });
const range = (cidr: string) => parseCidr(cidr) as AddressRange;

describe("a feature environment's settings", () => {
  const staging = parseSettings("staging", rawSettings("staging"));

  it("are valid for every pull request", () => {
    fc.assert(
      fc.property(number, (pullRequest) => {
        const settings = parseSettings(`pr-${pullRequest}`, planFeatureStack(pullRequest, staging));
        assert.equal(settings.environment, "feature");
        assert.equal(settings.platform, "ecs");
      }),
      { numRuns: 50 },
    );
  });

  it("make it small, short-lived and easy to throw away", () => {
    const { cache, database, deployment, edge, identity, logs, network, services, ...rest } = parseSettings(
      "pr-42",
      planFeatureStack(42, staging),
    );
    assert.deepEqual(
      [
        database.instanceClass,
        database.backupDays,
        database.deletionProtection,
        database.finalSnapshot,
        database.multiAz,
      ],
      ["db.t4g.micro", 1, false, false, false],
    );
    assert.equal(database.name, "teamflow_pr_42");
    assert.equal(cache.replicas, 0);
    assert.deepEqual([services.backend.scaling.maximum, services.frontend.scaling.maximum], [1, 1]);
    assert.deepEqual(edge?.hosts, { frontend: "pr-42.staging.teamflow.app" });
    assert.equal(network?.natGateways, "single");
    assert.equal(logs.retentionDays, 7);
    assert.equal(deployment.bakeMinutes, 0);
    assert.deepEqual(rest.feature, { timeToLiveHours: 72 });
    // What staging has once for the account or the zone is not made a second time.
    assert.deepEqual([edge?.createZone, identity.createOidcProvider], [false, false]);
    for (const group of [rest.backup, rest.budget, rest.runner, rest.preProduction]) assert.equal(group, undefined);
    assert.deepEqual(rest.github.environments, {});
  });

  it("give the backend a host of its own where staging does", () => {
    const raw = rawSettings("staging");
    change(raw, "edge.hosts.backend", "api.staging.teamflow.app");
    const settings = parseSettings("pr-7", planFeatureStack(7, parseSettings("staging", raw)));
    assert.equal(settings.edge?.hosts.backend, "pr-7-api.staging.teamflow.app");
  });

  it("keep every network inside 10.128.0.0/9, apart from all others unless the numbers say so", () => {
    fc.assert(
      fc.property(number, number, (a, b) => {
        assert.ok(contains(range("10.128.0.0/9"), range(featureCidr(a))));
        const rivals = networkRival(a, [b]) !== undefined;
        if (a !== b) assert.equal(overlaps(range(featureCidr(a)), range(featureCidr(b))), rivals);
      }),
    );
    assert.equal(featureCidr(42), "10.130.160.0/20");
    assert.equal(networkRival(42, [1, 42, 43]), undefined);
    assert.equal(networkRival(42, [1, 42 + featureBlocks]), 42 + featureBlocks);
  });

  it("use the whole range before two pull requests could meet", () => {
    const used = new Set(Array.from({ length: featureBlocks }, (_, index) => featureCidr(index + 1)));
    assert.equal(used.size, featureBlocks);
  });

  it("notice a network that lies where theirs would be", () => {
    assert.deepEqual(overlapping(42, [{ cidr: "10.1.0.0/16" }, { cidr: "10.130.0.0/16" }]), [
      { cidr: "10.130.0.0/16" },
    ]);
  });

  describe("in a checkout", () => {
    let root: string;
    beforeEach(() => {
      root = temporaryFolder();
      copyFileSync(path.join(checkoutRoot, "Pulumi.staging.yaml"), path.join(root, "Pulumi.staging.yaml"));
    });

    it("are derived from staging's, and written as they are used", () => {
      assert.ok(isDerived(root, "pr-42"));
      assert.equal(checkStackFile(root, "pr-42").environment, "feature");
      const text = derivedStackFile(root, "pr-42");
      assert.match(text, /^# Derived by .\/slipway from Pulumi\.staging\.yaml for pr-42/);
      const { config } = parse(text) as { config: Record<string, unknown> };
      const raw = Object.fromEntries(
        Object.entries(config).map(([key, value]) => [key.replace("slipway:", ""), value]),
      );
      assert.deepEqual(parseSettings("pr-42", raw), readSettings(root, "pr-42"));
    });

    it("come from a file of its own where somebody wrote one", () => {
      const text = derivedStackFile(root, "pr-42").replace("retentionDays: 7", "retentionDays: 14");
      write(path.join(root, "Pulumi.pr-42.yaml"), text);
      assert.equal(isDerived(root, "pr-42"), false);
      assert.equal(readSettings(root, "pr-42").logs.retentionDays, 14);
    });

    it("stop where staging's are missing or wrong, by the name of staging's file", () => {
      write(path.join(root, "Pulumi.staging.yaml"), "config:\n  slipway:environment: staging\n");
      assert.throws(() => readSettings(root, "pr-42"), /^SettingsError: Pulumi\.staging\.yaml: /);
      assert.throws(
        () => readSettings(temporaryFolder(), "pr-42"),
        /derived from Pulumi\.staging\.yaml, which is not there/,
      );
    });

    it("stop where staging's network lies in the range of feature environments", () => {
      const staging = derivedStackFile(root, "pr-42")
        .replace("environment: feature", "environment: staging")
        .replace("backupDays: 1", "backupDays: 7")
        .replace(/ {2}slipway:feature:.*\n/, "");
      write(path.join(root, "Pulumi.staging.yaml"), staging);
      assert.throws(() => readSettings(root, "pr-42"), /would overlap that of staging \(10\.130\.160\.0\/20\)/);
      assert.doesNotThrow(() => readSettings(root, "pr-43"));
    });
  });
});
