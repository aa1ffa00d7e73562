import assert from "node:assert/strict";
import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type pg from "pg";
import { checkEvidence } from "../../delivery/cli/commands/audit/check.ts";
import { exportText } from "../../delivery/cli/commands/audit/export.ts";
import { keepingOf, storeOf } from "../../delivery/cli/commands/audit/keeping.ts";
import { periodOf } from "../../delivery/cli/commands/audit/period.ts";
import { examinationText } from "../../delivery/cli/commands/audit/verify.ts";
import { addAuditCommand } from "../../delivery/cli/commands/audit.ts";
import { handOver, type Signed } from "../../delivery/evidence/hand-over.ts";
import { loadEvidence } from "../../delivery/evidence/load.ts";
import { checkpointFolder } from "../../delivery/release/audit/checkpoint-folder.ts";
import { examineAudit } from "../../delivery/release/audit/examine.ts";
import { listEntries } from "../../delivery/release/audit/list.ts";
import { formatVerifierKey, type Signer } from "../../delivery/release/audit/note.ts";
import { fileSigner } from "../../delivery/release/audit/signer.ts";
import { writeCheckpoint } from "../../delivery/release/audit/write-checkpoint.ts";
import type { Deployment } from "../../delivery/release/model.ts";
import type { Desk } from "../../delivery/release/service/desk.ts";
import { change } from "../../delivery/release/store/change.ts";
import { recordEvidence } from "../../delivery/release/store/evidence.ts";
import { acknowledgeIncident, declareIncident } from "../../delivery/release/store/incidents.ts";
import { smallProcess } from "../delivery/metrics/support/facts.ts";
import {
  ada,
  bundleOf,
  connectAs,
  deploy,
  releaseDatabase,
  process as version,
} from "../delivery/release/store/support.ts";
import { useEnvironment } from "../support/environment.ts";
import { testPostgres } from "../support/postgres.ts";
import { refused, type WrongUse } from "./support/refused.ts";
import { temporaryFolder, write } from "./support/temporary.ts";

const origin = "slipway/acme/shop/releases";
const always = { from: "2020-01-01T00:00:00.000Z", to: "2100-01-01T00:00:00.000Z" };
const later = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();

/** A database with three deployments, two of them to production, and a log of which some entries are signed. */
class Records {
  readonly folder = temporaryFolder("slipway-audit-");
  readonly store = checkpointFolder(path.join(this.folder, "checkpoints"));
  readonly client: pg.Client;
  readonly admin: pg.Client;
  readonly signer: Signer;
  readonly deployments: readonly Deployment[];

  private constructor(client: pg.Client, admin: pg.Client, signer: Signer, deployments: readonly Deployment[]) {
    this.client = client;
    this.admin = admin;
    this.signer = signer;
    this.deployments = deployments;
  }

  static async make(): Promise<Records> {
    const { name } = await releaseDatabase();
    const client = await connectAs(name);
    const signer = await fileSigner(path.join(temporaryFolder(), "key"), origin);
    const deployments: Deployment[] = [];
    const [one, two] = [bundleOf("a"), bundleOf("b", ["backend"], "Hotfix")];
    deployments.push(await deploy(client, one, "staging", "passed"));
    await change(client, ada, (open) =>
      recordEvidence(open, "review", {
        bundle: one.digest,
        environment: "production",
        validation: "security-review",
        verdict: "passed",
        link: "https://reviews.example/1",
      }),
    );
    deployments.push(await deploy(client, one, "production", "passed"));
    deployments.push(await deploy(client, two, "production"));
    return new Records(client, await (await testPostgres()).connect(name), signer, deployments);
  }

  readonly desk = (): Desk => ({
    client: this.client,
    process: smallProcess,
    version,
    identity: ada,
    rolesOf: async () => ({}),
    irreversible: () => [],
    key: (what) => what,
    now: () => new Date().toISOString(),
    startedBy: "person",
  });

  sign() {
    return writeCheckpoint(this.client, { origin, signer: this.signer, store: this.store });
  }

  async signed(keys = [this.signer]): Promise<Signed> {
    return { origin, checkpoints: await this.store.list(), keys };
  }

  /** What a superuser can do to the log. */
  async tamper(sql: string): Promise<void> {
    const log = "ALTER TABLE release.audit_entry";
    await this.admin.query(`${log} DISABLE TRIGGER ALL`);
    await this.admin.query(sql);
    await this.admin.query(
      `${log} ENABLE TRIGGER ALL; ${log} ENABLE ALWAYS TRIGGER chain; ${log} ENABLE ALWAYS TRIGGER append_only`,
    );
  }

  async end(): Promise<void> {
    await Promise.all([this.client.end(), this.admin.end()]);
  }
}

describe("audit", () => {
  let records: Records;

  before(async () => {
    records = await Records.make();
  });
  after(() => records.end());

  const newFolder = () => path.join(temporaryFolder(), "evidence");
  const ids = () => records.deployments.map(({ id }) => id);

  describe("gathers for evidence", () => {
    it("all that is stored about a period's deployments, with each one's gate and entries", async () => {
      const { auditHead, facts } = await loadEvidence(records.client, smallProcess, { period: always });
      const [, first, second] = ids();
      assert.deepEqual(
        facts.gates.map(({ deployment }) => deployment),
        [first, second],
      );
      assert.ok(facts.gates.every(({ answer, factsDigest }) => answer.verdict === "open" && factsDigest.length === 71));
      assert.deepEqual(
        facts.evidence.map(({ validation }) => validation),
        ["security-review"],
      );
      assert.deepEqual(
        facts.deployments.map(({ id }) => id),
        ids(),
      );
      const subjects = new Set(facts.audit.map(({ subject }) => subject));
      for (const deployment of [first, second]) assert.ok(subjects.has(`deployment/${deployment}`), `${deployment}`);
      const [head] = await listEntries(records.client, { limit: 1 });
      assert.deepEqual(auditHead, { seq: head?.seq, hash: head?.hash });
    });

    it("of one deployment nothing that only others have", async () => {
      const [staging = 0, , hotfix = 0] = ids();
      const { facts } = await loadEvidence(records.client, smallProcess, { deployment: hotfix });
      assert.deepEqual(
        facts.gates.map(({ deployment }) => deployment),
        [hotfix],
      );
      assert.deepEqual(facts.evidence, []);
      assert.ok(facts.audit.length > 0);
      assert.ok(facts.audit.every(({ subject }) => subject !== `deployment/${staging}`));
    });

    it("nothing of a period without deployments but what it is compared with", async () => {
      const period = { from: "2020-01-01T00:00:00.000Z", to: "2020-02-01T00:00:00.000Z" };
      const { facts } = await loadEvidence(records.client, smallProcess, { period });
      assert.deepEqual([facts.gates, facts.evidence, facts.audit], [[], [], []]);
    });

    it("incidents as they were declared", async () => {
      const own = await Records.make();
      await change(own.client, ada, async (open) => {
        const claim = { incident: "INC-7", severity: "critical", reason: "Checkout is down", customersHit: true };
        await declareIncident(open, claim, []);
        await acknowledgeIncident(open, "INC-7");
      });
      const { facts } = await loadEvidence(own.client, smallProcess, { period: always });
      const [incident] = facts.incidents ?? [];
      assert.equal(facts.incidents?.length, 1);
      assert.deepEqual(
        { ...incident, startedAt: "" },
        { id: "INC-7", environment: "production", title: "Checkout is down", startedAt: "" },
      );
      await own.end();
    });
  });

  describe("export", () => {
    let own: Records;

    before(async () => {
      own = await Records.make();
    });
    after(() => own.end());

    it("writes population, reconciliation and each deployment's folder, and notes the digest in the audit", async () => {
      const folder = newFolder();
      const done = await handOver(own.desk(), { period: always }, folder, await own.signed());
      assert.deepEqual(readdirSync(folder).sort(), [
        "evidence",
        "index.json",
        "population.csv",
        "population.json",
        "reconciliation.md",
      ]);
      const [, first, second] = own.deployments.map(({ id }) => `deployment-${String(id).padStart(6, "0")}`);
      assert.deepEqual(readdirSync(path.join(folder, "evidence")).sort(), [first, second]);
      const lines = readFileSync(path.join(folder, "population.csv"), "utf8").trim().split("\r\n");
      assert.equal(lines.length, 3);
      const [entry] = await listEntries(own.client, { limit: 1 });
      assert.deepEqual(
        [entry?.seq, entry?.action, entry?.actor, entry?.subject],
        [done.entry, "audit.exported", "github:ada", `export/${done.digest}`],
      );
      assert.deepEqual(entry?.details, {
        period: always,
        deployments: own.deployments.slice(1).map(({ id }) => id),
        digest: done.digest,
      });
      assert.deepEqual(await checkEvidence(folder, [], done.digest), { digest: done.digest, problems: [] });
    });

    it("names the documents that are missing, and what does not add up", async () => {
      const done = await handOver(own.desk(), { period: always }, newFolder(), await own.signed());
      const text = exportText(done);
      assert.match(text, /^2 deployments, 0 of them with all documents, in /);
      const titles = smallProcess.documents;
      const [, first, second] = own.deployments.map(({ id }) => id);
      // Nobody has tested anything; only the first bundle was reviewed, and only its deployment verified.
      for (const [id, state, title] of [
        [first, "missing", titles["testing-evidence"]],
        [second, "missing", titles["security-compliance-review"]],
        [second, "missing", titles["post-deployment-verification"]],
        [second, "incomplete", titles["rollback-plan"]],
      ])
        assert.match(text, new RegExp(`\\n {2}deployment ${id} +${state} +${title} `));
      assert.doesNotMatch(text, new RegExp(`deployment ${first} .*${titles["security-compliance-review"]}`));
      assert.match(text, /What does not add up:\n {2}deployment \d+ +not verified +It came about, and no verification/);
      assert.match(text, new RegExp(`digest ${done.digest}, entry ${done.entry} of the audit$`));
    });

    it("proves what a checkpoint covers, and nothing that came after it", async () => {
      const folder = newFolder();
      await own.sign();
      const third = await deploy(own.client, bundleOf("c"), "production", "passed");
      const signed = await own.signed();
      await handOver(own.desk(), { period: always }, folder, signed);
      const { problems, proofs } = await checkEvidence(folder, signed.keys);
      assert.deepEqual(problems, []);
      const manifests = own.deployments.slice(1).map(({ id }) => manifestOf(folder, id));
      const covered = manifests.flatMap(({ audit }) => audit.entries);
      const last = manifestOf(folder, third.id).audit;
      assert.equal(proofs?.proven, covered.length);
      assert.equal(proofs?.entries, covered.length + last.entries.length);
      assert.ok(last.entries.length > 0);
      assert.deepEqual(last.inclusion, {});
    });

    it("of one deployment is its folder alone", async () => {
      const folder = newFolder();
      const [staging = 0] = own.deployments.map(({ id }) => id);
      const done = await handOver(own.desk(), { deployment: staging }, folder, await own.signed());
      assert.ok(existsSync(path.join(folder, "manifest.json")));
      assert.deepEqual(await checkEvidence(folder, [], done.digest), { digest: done.digest, problems: [] });
      const [entry] = await listEntries(own.client, { seq: done.entry, limit: 1 });
      assert.deepEqual(entry?.details, { deployment: staging, deployments: [staging], digest: done.digest });
    });

    it("of a deployment that is not there writes and notes nothing", async () => {
      const folder = newFolder();
      const [before] = await listEntries(own.client, { limit: 1 });
      await assert.rejects(
        handOver(own.desk(), { deployment: 999 }, folder, await own.signed()),
        /^UserError: There is no deployment 999\.\n {2}\.\/slipway release history shows them\.$/,
      );
      assert.ok(!existsSync(folder));
      assert.deepEqual(await listEntries(own.client, { limit: 1 }), [before]);
    });

    it("into a folder that is there writes and notes nothing", async () => {
      const folder = temporaryFolder();
      const [before] = await listEntries(own.client, { limit: 1 });
      await assert.rejects(
        handOver(own.desk(), { period: always }, folder, await own.signed()),
        /^UserError: .* is there already\.\n {2}Name another folder/,
      );
      assert.deepEqual(readdirSync(folder), []);
      assert.deepEqual(await listEntries(own.client, { limit: 1 }), [before]);
    });

    it("of an audit that was tampered with says so, and proves nothing", async () => {
      const bad = await Records.make();
      await bad.sign();
      await bad.tamper("UPDATE release.audit_entry SET actor = 'github:mallory' WHERE seq = 4");
      const folder = newFolder();
      const done = await handOver(bad.desk(), { period: always }, folder, await bad.signed());
      assert.equal(done.fault, "entry 4 does not have the hash of what it says");
      assert.equal(done.provenUnder, undefined);
      assert.equal((await checkEvidence(folder, [bad.signer])).proofs?.proven, 0);
      await bad.end();
    });
  });

  describe("check finds in a folder", () => {
    let folder: string;
    let digest: string;
    let own: Records;
    let saved: Buffer;
    const population = () => path.join(folder, "population.csv");

    before(async () => {
      own = await Records.make();
      await own.sign();
      folder = newFolder();
      ({ digest } = await handOver(own.desk(), { period: always }, folder, await own.signed()));
      saved = readFileSync(population());
    });
    after(() => own.end());
    afterEach(() => writeFileSync(population(), saved));

    const problems = async () => (await checkEvidence(folder, [own.signer], digest)).problems;

    it("nothing while nobody has touched it", async () => assert.deepEqual(await problems(), []));

    it("a byte more", async () => {
      appendFileSync(population(), " ");
      assert.match((await problems()).join(), /^population\.csv was changed: /);
    });

    it("a file that is gone", async () => {
      rmSync(population());
      assert.match((await problems()).join(), /^population\.csv is missing/);
    });

    it("a file that was added", async () => {
      const added = write(path.join(folder, "evidence", "more.md"), "approved\n");
      assert.deepEqual(await problems(), ["evidence/more.md is in no index: it was added later."]);
      rmSync(added);
    });

    it("another digest than the audit's", async () => {
      const found = await checkEvidence(folder, [], "0".repeat(64));
      assert.deepEqual(found.problems, [`index.json has the digest ${digest}, not ${"0".repeat(64)}.`]);
    });

    it("proofs under a checkpoint that another key has signed", async () => {
      const other = await fileSigner(path.join(temporaryFolder(), "key"), origin);
      const { problems: found, proofs } = await checkEvidence(folder, [other]);
      assert.equal(proofs?.proven, 0);
      assert.ok(found.length > 0);
      assert.ok(found.every((one) => one.endsWith("is not proven: its checkpoint is signed by no trusted key.")));
    });

    it("that there is no folder", async () => {
      assert.match(
        (await checkEvidence(path.join(folder, "no"), [])).problems.join(),
        /no is not there, and should be/,
      );
    });
  });

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

function manifestOf(folder: string, deployment: number) {
  const name = `deployment-${String(deployment).padStart(6, "0")}`;
  const text = readFileSync(path.join(folder, "evidence", name, "manifest.json"), "utf8");
  return JSON.parse(text) as { audit: { entries: { seq: number }[]; inclusion: Record<string, unknown> } };
}
