import assert from "node:assert/strict";
import fc from "fast-check";
import { planBackup } from "../../components/backup-plan.ts";

const settings = { retentionDays: 35, lockVault: true, copyToRegion: "us-east-2" };

describe("the plan for backups", () => {
  for (const [window, schedule] of Object.entries({
    "03:00-04:00": "cron(0 5 * * ? *)",
    "22:30-23:15": "cron(15 0 * * ? *)",
    "23:30-00:30": "cron(30 1 * * ? *)",
  })) {
    it(`begins an hour after RDS's own window ${window} has closed`, () => {
      assert.equal(planBackup({ settings, databaseWindow: window }).schedule, schedule);
    });
  }

  it("locks within bounds that no setting can leave, since a lock can never be changed", () => {
    fc.assert(
      fc.property(fc.integer({ min: 7, max: 3650 }), (retentionDays) => {
        const { lock } = planBackup({ settings: { ...settings, retentionDays }, databaseWindow: "03:00-04:00" });
        assert.deepEqual(lock, { changeableForDays: 3, minRetentionDays: 7, maxRetentionDays: 3650 });
        assert.ok(lock.minRetentionDays <= retentionDays && retentionDays <= lock.maxRetentionDays);
      }),
    );
  });

  it("names the second vault by its region, so that another region is another vault", () => {
    const { copy, lock } = planBackup({
      settings: { ...settings, lockVault: false, copyToRegion: "eu-west-1" },
      databaseWindow: "03:00-04:00",
    });
    assert.deepEqual([copy, lock], [{ part: "copy-eu-west-1", region: "eu-west-1" }, undefined]);
  });
});
