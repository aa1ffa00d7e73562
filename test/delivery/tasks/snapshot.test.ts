import assert from "node:assert/strict";
import { RDSClient } from "@aws-sdk/client-rds";
import { backupProblems, snapshotName, takeSnapshot } from "../../../delivery/tasks/snapshot.ts";
import { type FakeAnswer, FakeAws } from "./fake-aws.ts";

const now = new Date("2026-11-21T12:00:00Z");

const found = (status: string, taken = now) =>
  `<DescribeDBSnapshotsResponse><DescribeDBSnapshotsResult><DBSnapshots><DBSnapshot>
    <DBSnapshotIdentifier>before</DBSnapshotIdentifier><DBInstanceIdentifier>teamflow-prod</DBInstanceIdentifier>
    <Status>${status}</Status><PercentProgress>40</PercentProgress><SnapshotCreateTime>${taken.toISOString()}</SnapshotCreateTime>
  </DBSnapshot></DBSnapshots></DescribeDBSnapshotsResult></DescribeDBSnapshotsResponse>`;
const created = "<CreateDBSnapshotResponse><CreateDBSnapshotResult/></CreateDBSnapshotResponse>";

describe("a snapshot before a change of the schema", () => {
  let aws: FakeAws;
  let rds: RDSClient;
  const open = async (answers: Readonly<Record<string, () => FakeAnswer>>) => {
    aws = new FakeAws(answers);
    rds = new RDSClient(await aws.start());
  };
  afterEach(() => {
    rds?.destroy();
    aws?.stop();
  });

  it("has a name that RDS takes, which tells database, change and time", () => {
    assert.equal(snapshotName("teamflow-prod", "migrate", now), "teamflow-prod-before-migrate-20261121-120000");
    assert.match(snapshotName("Team_Flow--prod", "roll  back", now), /^[a-z](?:-?[a-z0-9])*$/);
  });

  it("is waited for until it is complete", async () => {
    const states = ["creating", "creating", "available"];
    await open({ CreateDBSnapshot: () => created, DescribeDBSnapshots: () => found(states.shift() ?? "") });
    const reports: string[] = [];
    await takeSnapshot(rds, "teamflow-prod", "before", (text) => reports.push(text), 1);
    assert.deepEqual(reports, ["40 %", "40 %"]);
    assert.equal(aws.inputsOf("CreateDBSnapshot")[0].DBInstanceIdentifier, "teamflow-prod");
    assert.deepEqual(states, []);
  });

  it("that fails, or that RDS refuses, stops the change with the reason", async () => {
    await open({ CreateDBSnapshot: () => created, DescribeDBSnapshots: () => found("failed") });
    const take = () => takeSnapshot(rds, "teamflow-prod", "before", () => {}, 1);
    await assert.rejects(
      take(),
      /did not take the snapshot before of teamflow-prod: its status is "failed"[\s\S]*Nothing was changed/,
    );
    aws.stop();
    await open({ CreateDBSnapshot: () => ({ error: "SnapshotQuotaExceeded", message: "too many" }) });
    await assert.rejects(take(), /UserError: RDS did not take the snapshot before[\s\S]*--backup-taken/);
  });

  it("counts for verify when it is complete and fresh", async () => {
    await open({ DescribeDBSnapshots: () => found("available") });
    assert.deepEqual(await backupProblems(rds, "teamflow-prod", now), []);
    const later = new Date(now.getTime() + 61 * 60_000);
    assert.match(
      (await backupProblems(rds, "teamflow-prod", later))[0] ?? "",
      /no complete snapshot of the last 60 minutes/,
    );
    aws.stop();
    await open({ DescribeDBSnapshots: () => ({ error: "AccessDenied", message: "no" }) });
    assert.match((await backupProblems(rds, "teamflow-prod", now))[0] ?? "", /^it cannot be told/);
  });
});
