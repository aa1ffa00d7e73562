import assert from "node:assert/strict";
import type { DBInstance } from "@aws-sdk/client-rds";
import fc from "fast-check";
import {
  copyName,
  copyPrefix,
  isCopy,
  objectionsTo,
  parseMoment,
  parseTarget,
  planRestore,
} from "../../../delivery/database/rehearsal-plan.ts";
import { UsageError } from "../../../delivery/errors.ts";

const live: DBInstance = {
  DBInstanceIdentifier: "teamflow-prod",
  DBInstanceClass: "db.r8g.large",
  DBSubnetGroup: { DBSubnetGroupName: "teamflow-prod-database" },
  VpcSecurityGroups: [{ VpcSecurityGroupId: "sg-1", Status: "active" }],
  DBParameterGroups: [{ DBParameterGroupName: "teamflow-prod-postgres18" }],
  CACertificateIdentifier: "rds-ca-rsa2048-g1",
  MultiAZ: true,
  DeletionProtection: true,
  StorageEncrypted: true,
  KmsKeyId: "key-1",
  MasterUserSecret: { SecretArn: "secret-1", KmsKeyId: "key-2" },
  TagList: [
    { Key: "Name", Value: "teamflow-prod" },
    { Key: "Stack", Value: "prod" },
    { Key: "aws:cloudformation:stack-name", Value: "x" },
  ],
};

describe("the plan of a rehearsed restore", () => {
  it("restores the latest moment into an instance as closed as the live one, alone and free to be deleted", () => {
    const { Tags, ...request } = planRestore(live, "copy", undefined);
    assert.deepEqual(request, {
      SourceDBInstanceIdentifier: "teamflow-prod",
      TargetDBInstanceIdentifier: "copy",
      UseLatestRestorableTime: true,
      DBInstanceClass: "db.r8g.large",
      DBSubnetGroupName: "teamflow-prod-database",
      VpcSecurityGroupIds: ["sg-1"],
      DBParameterGroupName: "teamflow-prod-postgres18",
      CACertificateIdentifier: "rds-ca-rsa2048-g1",
      MultiAZ: false,
      PubliclyAccessible: false,
      DeletionProtection: false,
      BackupRetentionPeriod: 0,
      AutoMinorVersionUpgrade: false,
      CopyTagsToSnapshot: false,
      ManageMasterUserPassword: true,
      MasterUserSecretKmsKeyId: "key-2",
    });
    assert.deepEqual(Tags, [
      { Key: "Stack", Value: "prod" },
      { Key: "SlipwayRehearsalOf", Value: "teamflow-prod" },
      { Key: "Name", Value: "copy" },
    ]);
  });

  it("names a moment when one is asked for", () => {
    const at = new Date("2026-03-01T14:30:00Z");
    const { RestoreTime, UseLatestRestorableTime } = planRestore(live, "copy", at);
    assert.deepEqual([RestoreTime, UseLatestRestorableTime], [at, undefined]);
  });

  it("gives every copy a name that RDS takes, and never the live one's", () => {
    const identifier = fc.stringMatching(/^[a-z](-?[a-z0-9]){0,62}$/).filter((text) => text.length <= 63);
    fc.assert(
      fc.property(
        identifier,
        fc.date({ min: new Date(0), max: new Date("2100-01-01"), noInvalidDate: true }),
        (id, now) => {
          const name = copyName(id, now);
          assert.match(name, /^[a-z](-?[a-z0-9])*$/);
          assert.ok(name.length <= 63 && name.startsWith(copyPrefix(id)) && name !== id);
          const copy = {
            DBInstanceIdentifier: name,
            TagList: planRestore({ ...live, DBInstanceIdentifier: id }, name, undefined).Tags,
          };
          assert.ok(isCopy(copy, id));
        },
      ),
    );
  });

  it("takes nothing for a copy that lacks its name, or its tag, or is the live one's", () => {
    const tags = [{ Key: "SlipwayRehearsalOf", Value: "teamflow-prod" }];
    const name = copyName("teamflow-prod", new Date());
    assert.ok(isCopy({ DBInstanceIdentifier: name, TagList: tags }, "teamflow-prod"));
    assert.ok(!isCopy({ DBInstanceIdentifier: name, TagList: [] }, "teamflow-prod"));
    assert.ok(!isCopy({ DBInstanceIdentifier: "teamflow-prod", TagList: tags }, "teamflow-prod"));
    assert.ok(!isCopy({ DBInstanceIdentifier: "teamflow-prod-pre-production", TagList: tags }, "teamflow-prod"));
    assert.ok(!isCopy({ DBInstanceIdentifier: name, TagList: tags }, "teamflow-pro"));
  });

  it("objects to a copy that is more open than the live one, or shares its password", () => {
    const copy: DBInstance = { ...live, MasterUserSecret: { SecretArn: "secret-2" } };
    assert.deepEqual(objectionsTo(copy, live), []);
    const faults: [Partial<DBInstance>, RegExp][] = [
      [{ PubliclyAccessible: true }, /publicly accessible/],
      [{ StorageEncrypted: false }, /not encrypted/],
      [{ KmsKeyId: "key-9" }, /key is key-9/],
      [{ VpcSecurityGroups: [] }, /security groups are/],
      [{ DBSubnetGroup: { DBSubnetGroupName: "default" } }, /subnet group is default/],
      [{ DBParameterGroups: [{ DBParameterGroupName: "default.postgres18" }] }, /parameter group is default/],
      [{ MasterUserSecret: live.MasterUserSecret }, /password of its own/],
    ];
    for (const [fault, expected] of faults) {
      const [found, ...more] = objectionsTo({ ...copy, ...fault }, live);
      assert.match(found ?? "", expected);
      assert.deepEqual(more, []);
    }
  });

  it("reads lengths of time and moments, and refuses others", () => {
    assert.deepEqual(
      ["90s", "60m", "1.5h"].map((text) => parseTarget("--rto", text)),
      [90, 3600, 5400],
    );
    for (const text of ["", "60", "m", "-1m", "0s", "1d"]) assert.throws(() => parseTarget("--rto", text), UsageError);
    const now = new Date("2026-03-02T00:00:00Z");
    assert.equal(parseMoment("2026-03-01T14:30:00+02:00", now).toISOString(), "2026-03-01T12:30:00.000Z");
    for (const text of [
      "yesterday",
      "2026-03-01",
      "2026-03-01T14:30:00",
      "2026-13-01T14:30:00Z",
      "2026-03-03T00:00:00Z",
    ])
      assert.throws(() => parseMoment(text, now), UsageError, text);
  });
});
