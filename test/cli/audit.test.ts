import assert from "node:assert/strict";
import path from "node:path";
import { keepingOf, storeOf } from "../../delivery/cli/commands/audit/keeping.ts";
import { periodOf } from "../../delivery/cli/commands/audit/period.ts";
import { examinationText } from "../../delivery/cli/commands/audit/verify.ts";
import { addAuditCommand } from "../../delivery/cli/commands/audit.ts";
import { examineAudit } from "../../delivery/release/audit/examine.ts";
import { listEntries } from "../../delivery/release/audit/list.ts";
import { formatVerifierKey } from "../../delivery/release/audit/note.ts";
import { bundleOf, deploy } from "../delivery/release/store/support.ts";
import { useEnvironment } from "../support/environment.ts";
import { Records } from "./support/records.ts";
import { refused, type WrongUse } from "./support/refused.ts";
import { temporaryFolder } from "./support/temporary.ts";

const later = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();

describe("audit", () => {
  let records: Records;

  before(async () => {
    records = await Records.make();
  });
  after(() => records.end());

  describe("verify", () => {
    let own: Records;

    beforeEach(async () => {
      own = await Records.make();
    });
    afterEach(() => own.end());

    it("tells the head, how many entries there are, and how old the last checkpoint is", async () => {
      const unsigned = await examineAudit(own.client, await own.signed(), later(0));
      assert.equal(unsigned.lastCheckpoint, undefined);
      assert.match(
        examinationText(unsigned),
        /last checkpoint +none: whoever writes the whole chain anew is not found/,
      );
      const written = await own.sign();
      await deploy(own.client, bundleOf("c"), "staging");
      const found = await examineAudit(own.client, await own.signed(), later(3));
      const [head] = await listEntries(own.client, { limit: 1 });
      assert.deepEqual([found.good, found.differences, found.checkpoints], [true, [], 1]);
      assert.deepEqual(found.head, { seq: found.entries, at: head?.at, hash: head?.hash });
      assert.equal(found.lastCheckpoint?.size, written?.size);
      assert.ok(found.entries > (written?.size ?? 0));
      assert.ok(Math.abs((found.lastCheckpoint?.ageHours ?? 0) - 72) < 1, `${found.lastCheckpoint?.ageHours}`);
      assert.match(examinationText(found), /, 3 days ago\n.*\n.*\n.*\nthe audit is good$/);
    });

    it("names the first bad entry", async () => {
      await own.tamper("UPDATE release.audit_entry SET actor = 'github:mallory' WHERE seq IN (5, 3, 6)");
      const found = await examineAudit(own.client, await own.signed(), later(0));
      assert.deepEqual([found.good, found.fault?.seq, found.fault?.kind, found.entries], [false, 3, "changed", 2]);
      assert.match(
        examinationText(found),
        /\nfirst bad entry: 3: entry 3 does not have the hash of what it says\nthe audit is NOT good$/,
      );
    });

    it("finds what was cut off behind a checkpoint", async () => {
      await own.sign();
      await own.tamper("DELETE FROM release.audit_entry WHERE seq > 6");
      const found = await examineAudit(own.client, await own.signed(), later(0));
      assert.deepEqual([found.good, found.fault?.seq, found.fault?.kind], [false, 7, "cut"]);
      assert.ok(found.lastCheckpoint && found.lastCheckpoint.until === undefined);
      assert.match(examinationText(found), /the last of them missing/);
    });

    it("finds a row that was changed past the audit", async () => {
      await own.admin.query(
        "ALTER TABLE release.evidence DISABLE TRIGGER ALL; UPDATE release.evidence SET link = 'https://reviews.example/2'",
      );
      const found = await examineAudit(own.client, await own.signed(), later(0));
      assert.deepEqual([found.good, found.fault], [false, undefined]);
      assert.deepEqual(
        found.differences.map(({ kind, row }) => [kind, row]),
        [["changed", "evidence 1"]],
      );
      assert.match(examinationText(found), /\nchanged evidence 1 \(\d+\)\nthe audit is NOT good$/);
    });
  });

  it("lists entries of one subject or all, the newest first", async () => {
    const all = await listEntries(records.client, { limit: 1000 });
    assert.deepEqual(
      all.map(({ seq }) => seq),
      all.map((_, index) => all.length - index),
    );
    const [, production] = records.deployments;
    const subject = `deployment/${production?.id}`;
    const own = await listEntries(records.client, { subject, limit: 1000 });
    assert.deepEqual(
      own.map(({ action }) => action),
      ["deployment.verified", "deployment.finished", "deployment.started"],
    );
    assert.deepEqual(await listEntries(records.client, { subject, limit: 2 }), own.slice(0, 2));
    assert.deepEqual(await listEntries(records.client, { subject: "deployment/999", limit: 2 }), []);
  });

  describe("periods are whole days of the calendar's zone, the last one included", () => {
    for (const [from, to, expected] of [
      ["2026-10-01", "2026-12-31", ["2026-10-01T04:00:00.000Z", "2027-01-01T05:00:00.000Z"]],
      ["2026-11-01", "2026-11-01", ["2026-11-01T04:00:00.000Z", "2026-11-02T05:00:00.000Z"]],
      ["2027-03-14", "2027-03-14", ["2027-03-14T05:00:00.000Z", "2027-03-15T04:00:00.000Z"]],
      ["2028-02-29", "2028-02-29", ["2028-02-29T05:00:00.000Z", "2028-03-01T05:00:00.000Z"]],
    ] as const)
      it(`${from} to ${to}`, () => {
        const period = periodOf(from, to, "America/New_York");
        assert.deepEqual([period.from, period.to], expected);
      });
  });

  describe("refuses with one clear message", () => {
    const folder = temporaryFolder();
    const days = (from: string, to: string) => [
      "export",
      "--from",
      from,
      "--to",
      to,
      "--output",
      path.join(folder, "e"),
    ];
    const uses: readonly WrongUse[] = [
      ["no command", ["nothing"], /unknown command 'nothing'/],
      [
        "a list that is too long",
        ["list", "--limit", "10001"],
        /^--limit is a whole number from 1 to 10000, not "10001"\.$/,
      ],
      ["a list of no entries", ["list", "--limit", "0"], /^--limit is a whole number/],
      ["an export without a period", ["export", "--output", "e"], /^An export is of a period or of one deployment\./],
      ["half a period", ["export", "--from", "2026-10-01", "--output", "e"], /^An export is of a period/],
      ["a period and a deployment", [...days("2026-10-01", "2026-10-02"), "--deployment", "1"], /^--deployment is one/],
      ["an export without a folder", ["export", "--deployment", "1"], /required option '--output <folder>'/],
      [
        "a deployment that is no number",
        ["export", "--deployment", "one", "--output", "e"],
        /^"one" is no number of a/,
      ],
      [
        "a day that there is not",
        days("2026-02-30", "2026-03-01"),
        /^--from is a day such as 2026-10-01, not "2026-02-30"/,
      ],
      [
        "a day with a time",
        days("2026-02-03", "2026-03-01T00:00"),
        /^--to is a day such as 2026-10-01, not "2026-03-01T/,
      ],
      ["a word for a day", days("yesterday", "2026-03-01"), /^--from is a day such as 2026-10-01, not "yesterday"\.$/],
      [
        "an end before the beginning",
        days("2026-03-02", "2026-03-01"),
        /^--to 2026-03-01 is before --from 2026-03-02\./,
      ],
      ["a bucket in the sandbox", ["verify", "--bucket", "b"], /^The sandbox keeps checkpoints in \.slipway\/audit/],
      ["a key that is none", ["verify", "--key", "abc"], /^"abc" is no verifier key\./, 1],
      ["a check of nothing", ["check"], /missing required argument 'folder'/],
      ["a digest that is none", ["check", folder, "--digest", "abc"], /^--digest is 64 hex digits, not "abc"\./],
      ["an unknown form", ["verify", "--yaml"], /unknown option '--yaml'/],
    ];
    for (const [title, args, says, code = 2] of uses)
      it(title, async () => {
        const refusal = await refused(addAuditCommand, ["audit", ...args]);
        assert.match(refusal?.message ?? "it was not refused", says);
        assert.equal(refusal?.code, code);
      });
  });

  describe("outside of the sandbox", () => {
    useEnvironment(async () => ({
      AWS_ACCESS_KEY_ID: "key",
      AWS_SECRET_ACCESS_KEY: "secret",
      AWS_REGION: "us-west-2",
      AWS_ENDPOINT_URL: "http://127.0.0.1:1", // where nobody listens
      AWS_MAX_ATTEMPTS: "1",
    }));
    const cloud = { sandbox: false };
    const secret = "arn:aws:secretsmanager:us-west-2:123456789012:secret:audit";

    it("is told where checkpoints are and whose signature counts by options or by the environment", async () => {
      const line = formatVerifierKey(records.signer);
      const said = keepingOf({ ...cloud, bucket: "kept", key: [line] }, {}, { SLIPWAY_AUDIT_BUCKET: "other" });
      assert.deepEqual([said.bucket, said.secret, said.trusted.map(formatVerifierKey)], ["kept", undefined, [line]]);
      const env = { SLIPWAY_AUDIT_BUCKET: "kept", SLIPWAY_AUDIT_KEY: secret };
      assert.deepEqual(keepingOf(cloud, { bucket: true, secret: true }, env), { bucket: "kept", secret, trusted: [] });
      assert.deepEqual(keepingOf(cloud, {}, {}), { trusted: [] });
    });

    it("says what to look at when the bucket cannot be used", async () => {
      const store = await storeOf({ bucket: "kept", trusted: [] }, false);
      await assert.rejects(async () => store?.list(), {
        name: "UserError",
        message: /^s3:\/\/kept\/audit\/ cannot be used: .*ECONNREFUSED.*\n {2}Look at the bucket's name, its region/,
      });
    });

    for (const [title, needs, env, says] of [
      [
        "bucket",
        { bucket: true },
        { SLIPWAY_AUDIT_KEY: secret },
        /in which bucket.*\n {2}Add --bucket <name>, or set SLIPWAY_/,
      ],
      [
        "key to sign with",
        { secret: true },
        { SLIPWAY_AUDIT_BUCKET: "b" },
        /with which key.*\n {2}Set SLIPWAY_AUDIT_KEY to the ARN/,
      ],
      ["key to trust", {}, { SLIPWAY_AUDIT_BUCKET: "b" }, /by whose key.*\n {2}Add --key <line>/],
    ] as const)
      it(`is refused without a ${title}`, () => {
        assert.throws(() => keepingOf(cloud, needs, env), { name: "UserError", message: says });
      });
  });
});
