import assert from "node:assert/strict";
import { AppsV1Api } from "@kubernetes/client-node";
import { parseDocument } from "yaml";
import { expectCode, type Outcome } from "../support/checkout.ts";
import { must } from "../support/stack-context.ts";
import type { ProdContext } from "./context.ts";
import { GitHubPeople } from "./github-people.ts";

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const line = ["development", "staging", "pre-production", "production"] as const;
/** A developer, who holds no role that approves. */
const developer = "amara-okafor";

interface Answer {
  readonly verdict: string;
  readonly obstacles: readonly { readonly kind: string; readonly role?: string }[];
  readonly approvals: readonly { readonly role: string; readonly actor?: string }[];
  readonly validations: readonly { readonly validation: string; readonly evidence?: unknown }[];
}

/**
 * A bundle goes through all environments by the words of different people, given in GitHub and at the terminal; a fix goes out by the
 * short path; production goes back. Every `up` is the real engine's, on the stacks of this checkout.
 */
export function releaseBlock(context: ProdContext): void {
  const run = (...args: readonly string[]) => context.checkout.run(["release", ...args]);
  const json = async <T>(...args: readonly string[]) =>
    JSON.parse(expectCode(await run(...args, "--json"), 0).stdout) as T;
  const people = new GitHubPeople(context);
  const gate = async (promotion: number): Promise<Answer> =>
    JSON.parse((await run("gate", String(promotion), "--json")).stdout) as Answer;
  const promote = async (bundle: string, environment: string) =>
    (await json<{ id: number }>("promote", bundle, "--to", environment, "--as", developer)).id;
  const images = async (namespace: string) => {
    const { items } = await context.kubernetes(AppsV1Api).listNamespacedDeployment({ namespace });
    return Object.fromEntries(
      items.map(({ metadata, spec }) => [
        must(metadata?.name, "name"),
        must(spec?.template.spec?.containers[0]?.image, "image").split("@")[1],
      ]),
    );
  };
  /** Whoever has to show something has shown it. */
  const show = async (bundle: string, environment: string, promotion: number) => {
    const { validations } = await gate(promotion);
    const names = validations.filter(({ evidence }) => evidence === undefined).map(({ validation }) => validation);
    if (names.length === 0) return;
    const each = names.flatMap((name) => ["--validation", name]);
    const link = ["--link", "https://ci.example/run/7", "--as", developer];
    expectCode(await run("evidence", bundle, "--environment", environment, ...each, ...link), 0);
  };

  describe("a release", () => {
    before(async () => {
      // A release of the sandbox comes at any hour; windows have tests of their own (test/delivery/calendar).
      context.checkout.edit("delivery/process.yaml", (text) => {
        const document = parseDocument(text);
        const days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
        document.setIn(["calendar", "windows"], [{ days, from: "00:00", to: "24:00", for: "normal" }]);
        document.setIn(["calendar", "blackouts"], []);
        return document.toString();
      });
      const git = "git -c user.name=test -c user.email=test@example.com";
      const commit = `git init -q && git add -A && ${git} commit -qm "feat(backend): answer faster"`;
      expectCode(await context.checkout.shell(commit), 0);
      expectCode(await context.checkout.run(["up", "dev", "--yes"]), 0);
      expectCode(await context.checkout.run(["up", "staging", "--yes"]), 0);
      await people.read();
    });

    it("is a bundle of deployables by digest, the same one however often it is recorded", async () => {
      const record = [
        ...["bundle", "--version", "2.1.0", "--title", "Answers in half the time, for the launch", "--as", developer],
        ...["--image", `backend=${digest("1")}`, "--image", `frontend=${digest("2")}`, "--feature", "new_dashboard"],
      ];
      const first = await json<{ digest: string; deployables: object }>(...record);
      assert.match(first.digest, /^sha256:[0-9a-f]{64}$/);
      assert.deepEqual(Object.keys(first.deployables).sort(), ["backend", "frontend", "infrastructure"]);
      assert.equal((await json<{ digest: string }>(...record)).digest, first.digest);
    });

    it("does not go to staging before it is verified in development", async () => {
      const id = await promote("2.1.0", "staging");
      assert.ok((await gate(id)).obstacles.some(({ kind }) => kind === "previous"));
      const refused = await run("deploy", String(id), "--as", developer);
      assert.equal(refused.code, 3);
      assert.match(refused.stdout, /gate: not now/);
      expectCode(await run("withdraw", String(id), "--as", developer), 0);
    });

    for (const environment of line)
      it(`goes to ${environment} once everybody who has to has approved, and is verified there`, async () => {
        const id = await promote("2.1.0", environment);
        const before = await gate(id);
        if (before.approvals.length > 0) {
          assert.equal(before.verdict, "waiting");
          await show("2.1.0", environment, id);
          const missing = before.approvals.map(({ role }) => role);
          const chosen = people.distinct(missing, [developer]);
          // All but one in GitHub, by a run whose jobs wait for them; the last at a terminal.
          const [atTerminal, ...inGitHub] = [...chosen.keys()];
          if (inGitHub.length > 0) {
            const workflow = await people.startRun(developer, environment, inGitHub);
            for (const role of inGitHub) {
              await people.refused(workflow, `${environment}.${role}`, developer);
              await people.approve(workflow, `${environment}.${role}`, must(chosen.get(role), role));
            }
            const imported = ["approvals", "import", String(id), "--run", String(workflow), "--as", developer];
            expectCode(await run(...imported), 0);
            expectCode(await run(...imported), 0);
          }
          assert.equal((await run("deploy", String(id), "--as", developer)).code, 3);
          const last = must(atTerminal, "role");
          expectCode(await run("approve", String(id), "--role", last, "--as", must(chosen.get(last), last)), 0);
        }
        assert.equal((await gate(id)).verdict, "open");
        expectCode(await run("deploy", String(id), "--as", developer), 0);
        expectCode(await run("verify", environment, "--as", developer), 0);
      });

    it("runs its images in production and in pre-production, canaries too, and nothing there asks for another `up`", async () => {
      for (const namespace of ["teamflow", "teamflow-pre"])
        assert.deepEqual(await images(namespace), {
          backend: digest("1"),
          "backend-canary": digest("1"),
          frontend: digest("2"),
          "frontend-canary": digest("2"),
        });
      const preview = expectCode(await context.checkout.run(["preview", "prod"]), 0);
      assert.match(preview.stdout, /would change nothing/);
    });
  });

  describe("an emergency", () => {
    const declare = (...more: readonly string[]) =>
      run(
        ...["emergency", "2.1.1", "--severity", "critical", "--incident", "INC-7", "--reason", "Nobody can sign in"],
        ...["--deployables", "backend", "--customers-hit", ...more],
      );
    let onCall: string;
    let outcome: Outcome;
    before(async () => {
      onCall = must(people.distinct(["on-call"], []).get("on-call"), "somebody on call");
      expectCode(
        await run(
          "bundle",
          "--version",
          "2.1.1",
          "--image",
          `backend=${digest("3")}`,
          "--image",
          `frontend=${digest("2")}`,
        ),
        0,
      );
      outcome = await declare("--as", onCall, "--json");
    });

    it("goes to production by the word of the on-call engineer alone, once its own validations are there", async () => {
      const { gate: answer, id } = JSON.parse(expectCode(outcome, 0).stdout) as { gate: Answer; id: number };
      assert.equal(answer.verdict, "waiting");
      await show("2.1.1", "production", id);
      const missing = (await gate(id)).approvals.filter(({ actor }) => actor === undefined);
      if (missing.length > 0) expectCode(await run("approve", String(id), "--role", "on-call", "--as", onCall), 0);
      expectCode(await run("deploy", String(id), "--as", onCall), 0);
      assert.equal((await images("teamflow")).backend, digest("3"));
      assert.equal((await images("teamflow-pre")).backend, digest("1"));
    });

    it("tells the chain of contacts, and owes its reviews", async () => {
      const { code, stderr } = await context.checkout.run(["release", "notify"], {});
      assert.equal(code, 0, stderr);
      const { debts, incidents } = await json<{ debts: { review: string }[]; incidents: { incident: string }[] }>(
        "status",
      );
      assert.deepEqual(
        debts.map(({ review }) => review),
        ["immediate-review", "root-cause-analysis", "process-improvement-plan", "team-learning-session"],
      );
      assert.deepEqual(
        incidents.map(({ incident }) => incident),
        ["INC-7"],
      );
    });
  });

  describe("a rollback", () => {
    it("is refused to somebody who has no power to go back", async () => {
      const { code, stdout } = await run("rollback", "production", "--reason", "Errors", "--as", developer);
      assert.equal(code, 1);
      assert.match(stdout, /is not .*On-call/);
      assert.equal((await images("teamflow")).backend, digest("3"));
    });

    it("takes production back to the last verified bundle at one word of whoever is on call", async () => {
      const onCall = must(people.distinct(["on-call"], []).get("on-call"), "somebody on call");
      expectCode(await run("rollback", "production", "--reason", "Errors since 14:05", "--as", onCall), 0);
      assert.equal((await images("teamflow")).backend, digest("1"));
      expectCode(await run("verify", "production", "--as", onCall), 0);
      const { holds } = await json<{ holds: { environment: string }[] }>("status");
      assert.deepEqual(
        holds.map(({ environment }) => environment),
        ["production"],
      );
    });
  });

  describe("the audit of these releases", () => {
    before(async () => {
      expectCode(await run("resolve", "INC-7", "--as", developer), 0);
    });

    it("is one unbroken chain, which a checkpoint seals", async () => {
      expectCode(await context.checkout.run(["audit", "checkpoint"]), 0);
      expectCode(await context.checkout.run(["audit", "verify"]), 0);
    });

    it("gives an auditor all deployments to production, each with the eight documents that are required", async () => {
      const day = (offset: number) => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);
      const args = ["audit", "export", "--from", day(-1), "--to", day(2), "--output", "evidence", "--json"];
      const { stdout } = expectCode(await context.checkout.run(args), 0);
      const { deployments, gaps } = JSON.parse(stdout) as {
        gaps: { kind: string; about: string }[];
        deployments: { deployment: number; documents: { key: string; state: string; gaps: string[] }[] }[];
      };
      assert.equal(deployments.length, 3);
      const [first] = deployments.toSorted((a, b) => a.deployment - b.deployment);
      assert.equal(first?.documents.length, 8);
      assert.deepEqual(
        first?.documents.filter(({ state }) => state !== "complete"),
        [],
      );
      expectCode(await context.checkout.run(["audit", "check", "evidence"]), 0);
      // The stack's own history is held against it: every deployment is an update there, and what was brought up by hand, before there
      // was any release, is named as what nobody asked for.
      assert.deepEqual(
        gaps.filter(({ kind }) => kind === "unseen deployment"),
        [],
      );
      const unexplained = gaps.filter(({ kind }) => kind === "unexplained change");
      assert.ok(unexplained.length >= 1);
      for (const { about } of unexplained) assert.match(about, /^pulumi update of prod at /);
    });

    it("comes with what the policies make of the stacks, in one sealed folder", async () => {
      const day = new Date().toISOString().slice(0, 10);
      const args = ["evidence", "--from", day, "--to", day, "--output", "package", "--json"];
      const { stdout } = expectCode(await context.checkout.run(args), 0);
      const { policies } = JSON.parse(stdout) as { policies: { stack: string; compliant: boolean; covered: number }[] };
      assert.deepEqual(
        policies.map(({ compliant, stack }) => [stack, compliant]),
        [
          ["staging", true],
          ["prod", true],
        ],
      );
      for (const ending of ["json", "html", "sarif"])
        assert.ok(context.checkout.read(`package/policies/policy-report.${ending}`).length > 10_000, ending);
      expectCode(await context.checkout.run(["audit", "check", "package"]), 0);
    });
  });
}
