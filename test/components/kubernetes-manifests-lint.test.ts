import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { provideToolchain } from "../../sandbox/toolchain/provide.ts";
import { temporaryFolder } from "../cli/support/temporary.ts";
import { buildStack } from "../stacks/support/stacks.ts";
import { digest } from "../support/kubernetes-environment.ts";
import type { AnyObject } from "../support/kubernetes-objects.ts";
import { findingsOf, judge, nameOf, type Verdict } from "./support/kube-score.ts";

const services = ["Deployment backend", "Deployment frontend"];
const canaries = ["Deployment backend-canary", "Deployment frontend-canary"];
const jobs = ["Job backend-analysis", "Job frontend-analysis", "Job migration"];
const pods = [...services, ...canaries, ...jobs];

/** A finding that is meant to be: on these objects of both environments. */
interface Explained {
  readonly check: string;
  /** What the checker says of it. */
  readonly says: string;
  readonly on: readonly string[];
  /** Why it stays as it is. */
  readonly reason: string;
}

const cpu = "CPU requests does not match limits";
const memory = "Memory requests does not match limits";
const share =
  "sizes of the source document (seeds/004), Jobs in its manner: a pod may use for a while what its neighbours leave";

const explained: readonly Explained[] = [
  {
    check: "container-image-pull-policy",
    says: "ImagePullPolicy is not set to Always",
    on: pods,
    reason: "images are named by digest, which never means anything else; nodes pull with a role of their own",
  },
  {
    check: "container-security-context-user-group-id",
    says: "The container is running with a low user ID",
    on: pods,
    reason: "the source document's account (seeds/004); it has no root, no capability and no way to gain one",
  },
  {
    check: "container-security-context-user-group-id",
    says: "The container running with a low group ID",
    on: pods,
    reason: "the group of that account",
  },
  { check: "container-cpu-requests-equal-limits", says: cpu, on: pods, reason: share },
  { check: "container-memory-requests-equal-limits", says: memory, on: pods, reason: share },
  { check: "container-resource-requests-equal-limits", says: cpu, on: pods, reason: share },
  { check: "container-resource-requests-equal-limits", says: memory, on: pods, reason: share },
  {
    check: "pod-probes-identical",
    says: "Container has the same readiness and liveness probe",
    on: [...services, ...canaries],
    reason:
      "the services have one address for their health, and the source document (seeds/004) asks both probes there; readiness gives up after 15 seconds, liveness after 30",
  },
  {
    check: "deployment-targeted-by-hpa-does-not-have-replicas-configured",
    says: "The deployment is targeted by a HPA, but a static replica count is configured in the DeploymentSpec",
    on: services,
    reason:
      "so many at the first creation, where none would mean one; afterwards the engine ignores the field (KubernetesService: ignoreChanges), and the autoscaler's number stays",
  },
  {
    check: "deployment-has-host-podantiaffinity",
    says: "Deployment does not have a host podAntiAffinity set",
    on: services,
    reason: "topology spread constraints say it, over zones and machines, and count the copies of one version only",
  },
  {
    check: "deployment-replicas",
    says: "Deployment few replicas",
    on: canaries,
    reason: "a canary is one copy of the new version beside those that serve on",
  },
];

/** Kinds of ours that the checker has no opinion on: those of the cluster's extensions, and those without pods. */
const judgedKinds = [
  "Deployment",
  "HorizontalPodAutoscaler",
  "Ingress",
  "Job",
  "NetworkPolicy",
  "PodDisruptionBudget",
  "Service",
];

/** What nobody should write: each line is a finding. */
const bad = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "bad", namespace: "teamflow" },
  spec: {
    selector: { matchLabels: { app: "bad" } },
    template: {
      metadata: { labels: { app: "bad" } },
      spec: {
        containers: [
          {
            name: "bad",
            image: "registry/bad:latest",
            imagePullPolicy: "Never",
            ports: [{ containerPort: 80 }],
            securityContext: { privileged: true, readOnlyRootFilesystem: false },
          },
        ],
      },
    },
  },
};

describe("prod's manifests before kube-score", function () {
  this.timeout(120_000);
  let checker: string;
  let objects: AnyObject[];
  let verdicts: readonly Verdict[];

  const check = (manifests: readonly AnyObject[]) => {
    const folder = temporaryFolder();
    const files = manifests.map((manifest, index) => {
      const file = path.join(folder, `${index}.yaml`);
      // JSON is YAML.
      writeFileSync(file, JSON.stringify(manifest, undefined, 2));
      return file;
    });
    return judge(checker, files);
  };

  before(async function () {
    this.timeout(900_000); // A machine that has not built the checker yet does so now.
    const built = async () => (await provideToolchain(["kube-score"], () => undefined)).get("kube-score")?.file;
    checker = process.env.SLIPWAY_KUBE_CHECKER ?? (await built()) ?? assert.fail("no checker");
    const images = { "images.backend": digest("a"), "images.frontend": digest("b"), "images.operator": digest("c") };
    const { resources } = await buildStack("prod", images);
    objects = resources.flatMap(({ inputs, type }) => (type.startsWith("kubernetes:") ? [inputs as AnyObject] : []));
    verdicts = check(objects);
  });

  it("are judged, each of a kind that it knows", () => {
    const known = objects.filter(({ kind = "" }) => judgedKinds.includes(kind));
    assert.deepEqual(
      verdicts.map(({ object_name }) => object_name).sort(),
      known
        .map(({ apiVersion, kind, metadata }) => [kind, apiVersion, metadata?.namespace, metadata?.name].join("/"))
        .sort(),
    );
    assert.deepEqual([...new Set(known.map(({ kind }) => kind))].sort(), judgedKinds);
  });

  it("have no finding that is not explained, and no explanation of what is no longer found", () => {
    const environments = ["teamflow", "teamflow-pre"];
    const expected = explained.flatMap((each) =>
      each.on.flatMap((on) => environments.map((namespace) => `${namespace}, ${on}: ${each.check}: ${each.says}`)),
    );
    const found = findingsOf(verdicts).map(({ check, says, verdict }) => `${nameOf(verdict)}: ${check}: ${says}`);
    assert.deepEqual(found.sort(), expected.sort());
  });

  it("would be found out if they were bad", () => {
    const found = new Set(
      findingsOf(check([...objects, bad])).flatMap((each) =>
        each.verdict.object_meta.name === "bad" ? [each.check] : [],
      ),
    );
    assert.deepEqual([...found].sort(), [
      "container-ephemeral-storage-request-and-limit",
      "container-image-pull-policy",
      "container-image-tag",
      "container-resources",
      "container-seccomp-profile",
      "container-security-context-privileged",
      "container-security-context-readonlyrootfilesystem",
      "container-security-context-user-group-id",
      "deployment-has-host-podantiaffinity",
      "deployment-has-poddisruptionbudget",
    ]);
  });
});
