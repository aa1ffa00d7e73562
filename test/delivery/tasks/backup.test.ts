import assert from "node:assert/strict";
import { RDSClient } from "@aws-sdk/client-rds";
import { freshMinutes, objectionTo, requireFreshBackup } from "../../../delivery/tasks/backup.ts";
import { FakeAws } from "./fake-aws.ts";

const now = new Date("2026-11-21T12:00:00Z");
const minutesAgo = (minutes: number) => new Date(now.getTime() - minutes * 60_000);
const snapshot = { DBInstanceIdentifier: "teamflow-prod", Status: "available", SnapshotCreateTime: minutesAgo(5) };

describe("the backup that a change of the schema rests on", () => {
  it("is a complete, fresh snapshot of the very database", () => {
    const objection = (more: object) => objectionTo({ ...snapshot, ...more }, "teamflow-prod", now);
    assert.equal(objection({}), undefined);
    assert.equal(objection({ SnapshotCreateTime: minutesAgo(freshMinutes) }), undefined);
    assert.match(
      objection({ SnapshotCreateTime: minutesAgo(freshMinutes + 1) }) ?? "",
      /was taken 61 minutes ago, and 60/,
    );
    assert.match(objection({ DBInstanceIdentifier: "teamflow-staging" }) ?? "", /is of the database teamflow-staging/);
    assert.match(objection({ Status: "creating" }) ?? "", /is not complete \(creating\)/);
    assert.match(objection({ SnapshotCreateTime: undefined }) ?? "", /no time/);
  });

  describe("as RDS tells of it", () => {
    let aws: FakeAws;
    let rds: RDSClient;
    const open = async (answer: string) => {
      aws = new FakeAws({ DescribeDBSnapshots: () => answer });
      rds = new RDSClient(await aws.start());
    };
    afterEach(() => {
      rds.destroy();
      aws.stop();
    });
    const check = (name: string | undefined) =>
      requireFreshBackup(rds, {
        environment: "production",
        command: "migrate",
        instance: "teamflow-prod",
        snapshot: name,
        now,
      });
    const found = (taken: Date) =>
      `<DescribeDBSnapshotsResponse xmlns="http://rds.amazonaws.com/doc/2014-10-31/"><DescribeDBSnapshotsResult><DBSnapshots><DBSnapshot>
        <DBSnapshotIdentifier>before</DBSnapshotIdentifier><DBInstanceIdentifier>teamflow-prod</DBInstanceIdentifier>
        <Status>available</Status><SnapshotCreateTime>${taken.toISOString()}</SnapshotCreateTime>
      </DBSnapshot></DBSnapshots></DescribeDBSnapshotsResult></DescribeDBSnapshotsResponse>`;

    it("lets the change go on", async () => {
      await open(found(minutesAgo(3)));
      await check("before");
      assert.equal(aws.inputsOf("DescribeDBSnapshots")[0].DBSnapshotIdentifier, "before");
    });

    it("stops it when it is old, or when there is none, with how to take one", async () => {
      await open(found(minutesAgo(300)));
      await assert.rejects(check("before"), /^UserError: The snapshot before was taken 300 minutes ago/);
      aws.stop();
      await open(
        "<DescribeDBSnapshotsResponse><DescribeDBSnapshotsResult><DBSnapshots/></DescribeDBSnapshotsResult></DescribeDBSnapshotsResponse>",
      );
      await assert.rejects(
        check("gone"),
        /^UserError: The snapshot gone is not there\.\n {2}Take one and wait for it:\n {4}aws rds create-db-snapshot --db-instance-identifier teamflow-prod/,
      );
    });

    it("must be named at all, before RDS is asked", async () => {
      await open("");
      await assert.rejects(check(undefined), /"migrate" in production needs a backup that is at most 60 minutes old/);
      assert.deepEqual(aws.calls, []);
    });
  });
});
