import assert from "node:assert/strict";
import type pg from "pg";
import { verifyAudit } from "../../../../delivery/release/audit/verify.ts";
import { askGate, neededRoles } from "../../../../delivery/release/service/ask.ts";
import { decideOn, importDecisions } from "../../../../delivery/release/service/decide.ts";
import { deploy } from "../../../../delivery/release/service/deploy.ts";
import type { Desk } from "../../../../delivery/release/service/desk.ts";
import { noticeText, queueDueContacts, sendToChat } from "../../../../delivery/release/service/notices.ts";
import {
  findBundle,
  requestEmergency,
  requestPromotion,
  requestRollback,
} from "../../../../delivery/release/service/request.ts";
import { verify } from "../../../../delivery/release/service/verify.ts";
import { activeHolds } from "../../../../delivery/release/store/brakes.ts";
import { change } from "../../../../delivery/release/store/change.ts";
import { listDebts } from "../../../../delivery/release/store/debts.ts";
import { listDecisions } from "../../../../delivery/release/store/decisions.ts";
import { listDeployments } from "../../../../delivery/release/store/deployments.ts";
import { recordEvidence } from "../../../../delivery/release/store/evidence.ts";
import { acknowledgeIncident } from "../../../../delivery/release/store/incidents.ts";
import { connectAs, releaseDatabase } from "../store/support.ts";
import { deskOf, recordedBundle } from "./support.ts";

const good = async () => [{ check: "it", outcome: "passed" as const, seen: "well" }];
const bad = async () => [{ check: "it", outcome: "failed" as const, seen: "ill" }];
const works = async () => undefined;

describe("the release process, at a real database", function () {
  this.timeout(120_000);
  let client: pg.Client;
  let developer: Desk;
  const as = (login: string, more: Partial<Desk> = {}) => deskOf(client, login, more);
  beforeEach(async () => {
    client = await connectAs((await releaseDatabase()).name);
    developer = as("amara");
  });
  afterEach(() => client.end());

  const environments = ["development", "staging", "pre-production", "production"] as const;

  /** Says yes as whoever is missing. */
  async function approveAll(id: number): Promise<void> {
    const by: Readonly<Record<string, string>> = {
      "qa-lead": "fatima",
      "tech-lead": "mei",
      cto: "elena",
      "product-owner": "ingrid",
      "release-manager": "yuki",
    };
    const { promotion } = await askGate(developer, id);
    const { missing } = await neededRoles(developer, promotion);
    for (const role of missing)
      await decideOn(
        as(by[role] ?? "nobody"),
        id,
        { decision: "approve", role },
        await neededRoles(developer, promotion),
      );
  }

  /** Takes a bundle through the environments up to one, verified in each. */
  async function bring(letter: string, last: (typeof environments)[number]): Promise<string> {
    const way = environments.slice(0, environments.indexOf(last) + 1);
    const { digest } = await recordedBundle(developer, letter, way);
    for (const environment of way) {
      const { promotion } = await requestPromotion(developer, digest, environment, "normal");
      await approveAll(promotion.id);
      const { deployment } = await deploy(developer, promotion.id, works);
      assert.equal(deployment?.outcome, "succeeded", environment);
      assert.equal((await verify(developer, environment, good)).verdict, "passed");
    }
    return digest;
  }

  it("takes a bundle to production by the words of distinct people, and the audit holds every step", async () => {
    const digest = await bring("a", "production");
    const [last] = await listDeployments(client, { environment: "production" });
    assert.deepEqual([last?.bundle, last?.verdict], [digest, "passed"]);
    const { fault, entries } = await verifyAudit(client, { origin: "test" });
    assert.equal(fault, undefined);
    assert.ok(entries > 60, `${entries} entries`);
  });

  it("moves nothing while the gate is closed, and executes nothing twice when a command is repeated", async () => {
    await recordedBundle(developer, "a", ["development"]);
    const { promotion } = await requestPromotion(developer, "1.2.3", "staging", "normal");
    let executed = 0;
    const { answer, deployment } = await deploy(developer, promotion.id, async () => {
      executed++;
      return undefined;
    });
    assert.deepEqual([answer.answer.verdict, deployment, executed], ["waiting", undefined, 0]);
    const again = await requestPromotion(developer, "1.2.3", "staging", "normal");
    assert.deepEqual([again.asked, again.promotion.id], [false, promotion.id]);
  });

  it("goes on with the deployment that a killed command had begun", async () => {
    await recordedBundle(developer, "a", []);
    const { promotion } = await requestPromotion(developer, "1.2.3", "development", "normal");
    await assert.rejects(deploy(developer, promotion.id, () => Promise.reject(new Error("killed"))));
    const { deployment, resumed } = await deploy(developer, promotion.id, works);
    assert.deepEqual([resumed, deployment?.outcome], [true, "succeeded"]);
    assert.equal((await listDeployments(client)).length, 1);
    await assert.rejects(deploy(developer, promotion.id, works), /deployed already/);
  });

  it("records why a deployment failed, and takes its bundle no further", async () => {
    await recordedBundle(developer, "a", []);
    const { promotion } = await requestPromotion(developer, "1.2.3", "development", "normal");
    const { deployment } = await deploy(developer, promotion.id, async () => "The image cannot be pulled.");
    assert.deepEqual([deployment?.outcome, deployment?.reason], ["failed", "The image cannot be pulled."]);
    assert.equal((await verify(developer, "development", good)).verdict, "failed");
    const next = await requestPromotion(developer, "1.2.3", "staging", "normal");
    const { stored } = await askGate(developer, next.promotion.id);
    assert.ok(stored.answer.obstacles.some(({ kind }) => kind === "previous"));
  });

  it("lets nobody speak in a role that they do not hold, nor twice, nor for what they asked for", async () => {
    await recordedBundle(developer, "a", ["staging"]);
    const { promotion } = await requestPromotion(as("mei"), "1.2.3", "staging", "normal");
    const needed = await neededRoles(developer, promotion);
    assert.deepEqual(needed.all, ["qa-lead", "tech-lead"]);
    const word = { decision: "approve" } as const;
    await assert.rejects(decideOn(as("amara"), promotion.id, word, needed), /holds none of the roles/);
    await assert.rejects(decideOn(as("fatima"), promotion.id, { ...word, role: "cto" }, needed), /not in the team/);
    assert.ok((await decideOn(as("fatima"), promotion.id, word, needed)).recorded);
    assert.equal((await decideOn(as("fatima"), promotion.id, word, needed)).recorded, false);
    // Recorded as what was said, but it counts for nothing.
    await decideOn(as("mei"), promotion.id, word, needed);
    const { stored } = await askGate(developer, promotion.id);
    assert.deepEqual(
      stored.answer.approvals.map(({ actor, role }) => [role, actor]),
      [
        ["qa-lead", "github:fatima"],
        ["tech-lead", undefined],
      ],
    );
  });

  it("imports what people said in GitHub once, rejections last", async () => {
    await recordedBundle(developer, "a", ["staging"]);
    const { promotion } = await requestPromotion(developer, "1.2.3", "staging", "normal");
    const words = [
      { actor: "github:mei", role: "tech-lead", decision: "reject", comment: "Not yet" },
      { actor: "github:fatima", role: "qa-lead", decision: "approve" },
    ] as const;
    await importDecisions(developer, promotion.id, words);
    assert.deepEqual(
      (await listDecisions(client, promotion.id)).map(({ decision }) => decision),
      ["approve", "reject"],
    );
    assert.equal((await askGate(developer, promotion.id)).stored.answer.verdict, "refused");
  });

  it("says that there is no way back before a second bundle was verified, and moves nothing", async () => {
    await bring("a", "development");
    await assert.rejects(
      requestRollback(as("marcus"), "development", { how: "immediate", reason: "Errors" }),
      /no way back in Development[\s\S]*Nothing was moved/,
    );
  });

  it("goes back to the last verified bundle, not to the one before, and holds the environment afterwards", async () => {
    const first = await bring("a", "development");
    for (const letter of ["b", "c"]) {
      const { digest } = await recordedBundle(developer, letter, []);
      const { promotion } = await requestPromotion(developer, digest, "development", "normal");
      await deploy(developer, promotion.id, works);
    }
    assert.equal((await verify(developer, "development", bad)).verdict, "failed");
    const claim = { how: "immediate", reason: "Errors since noon" } as const;
    const { promotion, bundle } = await requestRollback(as("marcus"), "development", claim);
    assert.equal(bundle.digest, first);
    const { deployment } = await deploy(as("marcus"), promotion.id, works);
    assert.ok(deployment?.rollback);
    assert.deepEqual(
      (await activeHolds(client)).map(({ environment }) => environment),
      ["development"],
    );
  });

  it("lets whoever may go back ask after somebody who may not", async () => {
    const first = await bring("a", "development");
    const { digest } = await recordedBundle(developer, "b", []);
    const { promotion } = await requestPromotion(developer, digest, "development", "normal");
    await deploy(developer, promotion.id, works);
    const claim = { how: "immediate", reason: "Errors" } as const;
    const without = await requestRollback(developer, "development", claim);
    assert.equal((await deploy(developer, without.promotion.id, works)).answer.answer.verdict, "refused");
    const { asked, promotion: next } = await requestRollback(as("marcus"), "development", claim);
    assert.deepEqual([asked, next.bundle], [true, first]);
    assert.equal((await deploy(as("marcus"), next.id, works)).deployment?.outcome, "succeeded");
  });

  it("refuses a rollback over a migration that cannot come back, before anything moves", async () => {
    await bring("a", "development");
    const { digest } = await recordedBundle(developer, "b", []);
    const { promotion } = await requestPromotion(developer, digest, "development", "normal");
    await deploy(developer, promotion.id, works);
    const lossy = as("marcus", { irreversible: () => ["0056_drop_names"] });
    const back = await requestRollback(lossy, "development", { how: "immediate", reason: "Errors" });
    const { answer, deployment } = await deploy(lossy, back.promotion.id, works);
    assert.deepEqual([answer.answer.verdict, deployment], ["refused", undefined]);
    assert.match(answer.answer.obstacles.map(({ what }) => what).join(), /0056_drop_names/);
  });

  it("goes back from a deployment that went half-way to what stood before it", async () => {
    const first = await bring("a", "development");
    const { digest } = await recordedBundle(developer, "b", []);
    const { promotion } = await requestPromotion(developer, digest, "development", "normal");
    await deploy(developer, promotion.id, async () => "The second service did not come up.");
    const seen: (string | undefined)[][] = [];
    const onCall = as("marcus", {
      irreversible: (standing, target) => {
        seen.push([standing?.digest, target?.digest]);
        return [];
      },
    });
    const back = await requestRollback(onCall, "development", { how: "immediate", reason: "Half-way" });
    assert.deepEqual([back.bundle.digest, back.promotion.changed], [first, ["backend"]]);
    assert.equal((await deploy(onCall, back.promotion.id, works)).deployment?.outcome, "succeeded");
    assert.deepEqual(seen[0], [digest, first]);
  });

  describe("in an emergency", () => {
    const claim = {
      severity: "critical",
      incident: "INC-7",
      reason: "Nobody can sign in",
      deployables: ["backend"],
      customersHit: true,
    };
    const emergencyValidations = ["emergency-code-review", "fast-track-testing"];
    const minutes = (count: number) => new Date(Date.now() + count * 60_000).toISOString();

    it("owes reviews once the fix is out, and tells one contact after the other until somebody has it", async () => {
      await bring("a", "production");
      const { digest } = await recordedBundle(developer, "b", []);
      const onCall = as("marcus");
      const { promotion } = await requestEmergency(onCall, digest, "production", claim);
      const { stored } = await askGate(onCall, promotion.id);
      assert.deepEqual(stored.answer.validations.map(({ validation }) => validation).sort(), emergencyValidations);

      assert.equal(await queueDueContacts(client, onCall.process, onCall.identity, minutes(0)), 1);
      assert.equal(await queueDueContacts(client, onCall.process, onCall.identity, minutes(0)), 0);
      // The tech lead in time, and leadership (two roles) in good time before its own.
      assert.equal(await queueDueContacts(client, onCall.process, onCall.identity, minutes(16)), 3);
      await change(client, onCall.identity, (open) => acknowledgeIncident(open, "INC-7"));
      assert.equal(await queueDueContacts(client, onCall.process, onCall.identity, minutes(600)), 0);

      const [environment, verdict, link] = ["production", "passed", "https://ci.example/run/2"] as const;
      for (const validation of emergencyValidations)
        await change(client, onCall.identity, (open) =>
          recordEvidence(open, validation, { bundle: digest, environment, validation, verdict, link }),
        );
      const needed = await neededRoles(onCall, promotion);
      if (needed.missing.length > 0) await decideOn(onCall, promotion.id, { decision: "approve" }, needed);
      const { deployment } = await deploy(onCall, promotion.id, works);
      assert.equal(deployment?.outcome, "succeeded");
      assert.equal((await listDebts(client, { unpaid: true })).length, 4);
    });

    it("knows no severity but those of the process", async () => {
      await recordedBundle(developer, "a", []);
      await assert.rejects(
        requestEmergency(developer, "1.2.3", "production", { ...claim, severity: "mild" }),
        /no severity "mild"[\s\S]*critical, high, medium/,
      );
    });
  });

  it("finds a bundle by its version, its digest or the beginning of it, and says when there is none", async () => {
    const { digest } = await recordedBundle(developer, "a", []);
    for (const name of ["1.2.3", "v1.2.3", digest, digest.slice(7, 15)])
      assert.equal((await findBundle(developer, name)).digest, digest);
    await assert.rejects(findBundle(developer, "9.9.9"), /There is no bundle 9\.9\.9/);
  });

  describe("notices", () => {
    it("reach the chat once each, and are tried again when it does not take them", async () => {
      await recordedBundle(developer, "a", []);
      await requestPromotion(developer, "1.2.3", "development", "normal");
      const seen: string[] = [];
      const chat = (status: number) =>
        (async (_: string, { body }: { body: string }) => {
          seen.push(JSON.parse(body).text);
          return new Response(null, { status });
        }) as unknown as typeof fetch;
      assert.deepEqual(await sendToChat(client, "http://chat/", "#deployments", chat(500)), { sent: 0, failed: 1 });
      assert.deepEqual(await sendToChat(client, "http://chat/", "#deployments", chat(200)), { sent: 1, failed: 0 });
      assert.deepEqual(await sendToChat(client, "http://chat/", "#deployments", chat(200)), { sent: 0, failed: 0 });
      assert.match(seen[1] ?? "", /github:amara asks for 1\.2\.3 to go to development/);
    });

    it("let no reason of somebody's mention a channel or add a line", () => {
      const text = noticeText({
        kind: "incident.contact",
        payload: { incident: "INC-7", reason: "<!channel>\nall down", role: "CTO" },
      });
      assert.doesNotMatch(text, /<!channel>|\n/);
    });
  });
});
