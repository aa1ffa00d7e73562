import assert from "node:assert/strict";
import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { checkEvidence } from "../../delivery/cli/commands/audit/check.ts";
import { exportText } from "../../delivery/cli/commands/audit/export.ts";
import { handOver } from "../../delivery/evidence/hand-over.ts";
import { loadEvidence } from "../../delivery/evidence/load.ts";
import { listEntries } from "../../delivery/release/audit/list.ts";
import { fileSigner } from "../../delivery/release/audit/signer.ts";
import { change } from "../../delivery/release/store/change.ts";
import { acknowledgeIncident, declareIncident } from "../../delivery/release/store/incidents.ts";
import { smallProcess } from "../delivery/metrics/support/facts.ts";
import { ada, bundleOf, deploy } from "../delivery/release/store/support.ts";
import { origin, Records } from "./support/records.ts";
import { temporaryFolder, write } from "./support/temporary.ts";

const always = { from: "2020-01-01T00:00:00.000Z", to: "2100-01-01T00:00:00.000Z" };

describe("evidence for an auditor", () => {
  const newFolder = () => path.join(temporaryFolder(), "evidence");

  describe("is gathered:", () => {
    let records: Records;
    before(async () => {
      records = await Records.make();
    });
    after(() => records.end());
    const ids = () => records.deployments.map(({ id }) => id);

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

  describe("an export", () => {
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

  describe("a check finds in a folder", () => {
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
});

function manifestOf(folder: string, deployment: number) {
  const name = `deployment-${String(deployment).padStart(6, "0")}`;
  const text = readFileSync(path.join(folder, "evidence", name, "manifest.json"), "utf8");
  return JSON.parse(text) as { audit: { entries: { seq: number }[]; inclusion: Record<string, unknown> } };
}
