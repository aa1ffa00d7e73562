import assert from "node:assert/strict";
import { AppsV1Api, BatchV1Api, CoreV1Api, type V1Pod } from "@kubernetes/client-node";
import { expectCode, type Outcome } from "../support/checkout.ts";
import { must } from "../support/stack-context.ts";
import { confirmed, type ProdContext } from "./context.ts";

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const namespace = "teamflow";

/** What a release does: it names an image by digest, and brings the stack up. */
export function rolloutBlock(context: ProdContext): void {
  const name = (image: "backend" | "frontend", value: string) =>
    context.checkout.edit("Pulumi.prod.yaml", (text) =>
      text
        .replace(new RegExp(`^  slipway:images: \\{${image}: .*\\n`, "m"), "")
        .replace("config:\n", `config:\n  slipway:images: {${image}: "${value}"}\n`),
    );
  const pods = async (track: "stable" | "canary") => {
    const labelSelector = `app=backend,track=${track}`;
    const { items } = await context.kubernetes(CoreV1Api).listNamespacedPod({ namespace, labelSelector });
    return items.filter(({ metadata, status }) => !metadata?.deletionTimestamp && status?.phase === "Running");
  };
  const imagesOf = (list: readonly V1Pod[]) => list.map(({ spec }) => spec?.containers[0]?.image?.split("@")[1]);
  const fault = (...args: readonly string[]) => context.checkout.run(["sandbox", "faults", "prod", ...args]);
  const up = () => context.checkout.run(["up", "prod", ...confirmed]);

  describe("a new image of the backend", () => {
    let outcome: Outcome;
    before(async () => {
      name("backend", digest("a"));
      outcome = await up();
    });

    it("is rolled out to the canary and to every copy, in production and in pre-production", async () => {
      expectCode(outcome, 0);
      assert.deepEqual(imagesOf(await pods("stable")), Array(3).fill(digest("a")));
      assert.deepEqual(imagesOf(await pods("canary")), [digest("a")]);
    });

    it("goes the way of a rollout: migrations first, then the canary, the watch over it, then the others", () => {
      const done = outcome.stdout.split("\n");
      const line = (pattern: RegExp) => done.findIndex((text) => pattern.test(text));
      const canary = line(/Deployment prod-application-backend-canary updated/);
      const watch = line(/Job prod-application-backend-analysis-job (created|replaced)/);
      const stable = line(/Deployment prod-application-backend-stable updated/);
      assert.ok(canary >= 0 && canary < watch && watch < stable, `${canary} ${watch} ${stable}`);
    });

    it("touches nothing of the frontend and nothing in AWS", () => {
      assert.doesNotMatch(outcome.stdout, /(aws:|application-frontend)\S* \S+ (updat|creat|replac|delet)/);
    });
  });

  describe("an image that cannot be pulled", () => {
    let outcome: Outcome;
    let before_: V1Pod[];
    before(async () => {
      before_ = await pods("stable");
      expectCode(await fault("set", "broken", "--image", digest("b"), "--fault", "ImagePullBackOff"), 0);
      name("backend", digest("b"));
      outcome = await up();
    });
    after(async () => {
      await fault("clear");
    });

    it("stops the rollout at the canary, and `up` says why", () => {
      assert.equal(outcome.code, 1);
      assert.match(outcome.stdout + outcome.stderr, /prod-application-backend-canary/);
      assert.match(outcome.stdout + outcome.stderr, /ImagePullBackOff|ErrImagePull/);
    });

    it("leaves every old copy serving, the very same pods", async () => {
      const now = await pods("stable");
      const uids = (list: readonly V1Pod[]) => list.map(({ metadata }) => metadata?.uid).sort();
      assert.deepEqual(uids(now), uids(before_));
      assert.deepEqual(imagesOf(now), Array(3).fill(digest("a")));
      const { items } = await context.kubernetes(AppsV1Api).listNamespacedDeployment({ namespace });
      const stable = must(
        items.find(({ metadata }) => metadata?.name === "backend"),
        "backend",
      );
      assert.equal(stable.status?.availableReplicas, 3);
    });

    it("is mended by the next image, without a hand on the cluster", async () => {
      name("backend", digest("c"));
      expectCode(await up(), 0);
      assert.deepEqual(imagesOf(await pods("stable")), Array(3).fill(digest("c")));
    });
  });

  describe("an image that starts and then crashes", () => {
    before(async () => {
      expectCode(await fault("set", "crash", "--image", digest("d"), "--fault", "CrashLoopBackOff"), 0);
      name("backend", digest("d"));
    });
    after(async () => {
      await fault("clear");
      name("backend", digest("c"));
      expectCode(await up(), 0);
    });

    it("never gets beyond the canary, and `up` says why", async () => {
      const outcome = await up();
      assert.equal(outcome.code, 1);
      assert.match(outcome.stdout + outcome.stderr, /CrashLoopBackOff|restart/);
      assert.deepEqual(imagesOf(await pods("stable")), Array(3).fill(digest("c")));
    });
  });

  describe("a migration that fails", () => {
    before(() => {
      context.checkout.write("migrations/9999_broken.up.sql", "SELECT 1 / 0;\n");
      context.checkout.write("migrations/9999_broken.down.sql", "SELECT 1;\n");
    });
    after(async () => {
      context.checkout.remove("migrations/9999_broken.up.sql");
      context.checkout.remove("migrations/9999_broken.down.sql");
      expectCode(await up(), 0);
    });

    it("stops the rollout before the first new pod, with the database's own words", async () => {
      name("backend", digest("e"));
      const outcome = await up();
      name("backend", digest("c"));
      assert.equal(outcome.code, 1);
      assert.match(outcome.stdout + outcome.stderr, /division by zero/);
      assert.doesNotMatch(outcome.stdout, /Flags prod-\S*flags\S* (delet|replac)/);
      assert.deepEqual(imagesOf(await pods("canary")), [digest("c")]);
      const { items } = await context.kubernetes(BatchV1Api).listNamespacedJob({ namespace });
      assert.ok(items.some(({ status }) => (status?.failed ?? 0) > 0));
    });
  });
}
