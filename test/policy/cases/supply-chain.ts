import type { Cases, Given } from "../support/cases.ts";
import { accepts, refuses } from "../support/verdicts.ts";
import { deployment } from "../support/workloads.ts";

type Properties = Readonly<Record<string, unknown>>;

const given =
  (type: string) =>
  (props: Properties): Given => ({ type, props });
const task = given("aws:ecs/taskDefinition:TaskDefinition");
const lambda = given("aws:lambda/function:Function");
const repository = given("aws:ecr/repository:Repository");
const project = given("aws:codebuild/project:Project");
const cluster = given("aws:eks/cluster:Cluster");
const addon = given("aws:eks/addon:Addon");
const instance = given("aws:rds/instance:Instance");
const actions = given("github:index/actionsRepositoryPermissions:ActionsRepositoryPermissions");

const digest = `@sha256:${"a".repeat(64)}`;
const registry = "123456789012.dkr.ecr.us-west-2.amazonaws.com";
const definitions = (...images: readonly string[]) => ({
  containerDefinitions: JSON.stringify(images.map((image) => ({ name: "web", image }))),
});

export const supplyChainCases: Cases = {
  "image-digests": [
    accepts("a digest", deployment({ image: `${registry}/web${digest}` })),
    accepts("a tag with its digest in a task", task(definitions(`${registry}/web:1.4${digest}`))),
    accepts("a function of a zip file", lambda({ runtime: "nodejs24.x" })),
    refuses("a tag", deployment({ image: "nginx:1.29" }), 'runs the image "nginx:1.29" by a name that can be moved.'),
    refuses(
      "no tag, in an init container",
      deployment({ image: `web${digest}` }, { initContainers: [{ name: "setup", image: "busybox" }] }),
      'runs the image "busybox" by a name that can be moved.',
    ),
    refuses(
      "a tag in a task",
      task(definitions(`${registry}/web${digest}`, `${registry}/log:latest`)),
      `runs the image "${registry}/log:latest" by a name that can be moved.`,
    ),
    refuses(
      "a tag of a function",
      lambda({ imageUri: `${registry}/job:1` }),
      `runs the image "${registry}/job:1" by a name that can be moved.`,
    ),
  ],
  "image-registries": [
    accepts("ECR", deployment({ image: `${registry}/web${digest}` })),
    accepts("official images", task(definitions("public.ecr.aws/docker/library/nginx:1", "registry.k8s.io/pause:3"))),
    refuses(
      "Docker Hub",
      deployment({ image: "nginx:1.29" }),
      'runs the image "nginx:1.29" of a registry that is not ours.',
    ),
    refuses(
      "anybody's in the gallery",
      task(definitions("public.ecr.aws/x1y2z3/web:1")),
      'runs the image "public.ecr.aws/x1y2z3/web:1" of a registry that is not ours.',
    ),
    refuses(
      "a host that looks like ECR",
      deployment({ image: "evil.example/123456789012.dkr.ecr.us-west-2.amazonaws.com/web" }),
      'runs the image "evil.example/123456789012.dkr.ecr.us-west-2.amazonaws.com/web" of a registry that is not ours.',
    ),
  ],
  "image-tag-immutability": [
    accepts("immutable tags", repository({ imageTagMutability: "IMMUTABLE" })),
    refuses("ECR's default", repository({ name: "web" }), "lets its tags be moved."),
    refuses("exceptions", repository({ imageTagMutability: "IMMUTABLE_WITH_EXCLUSION" }), "lets its tags be moved."),
  ],
  "image-scanning": [
    accepts("scans", repository({ imageScanningConfiguration: { scanOnPush: true } })),
    refuses("the default", repository({ name: "web" }), "does not scan what is pushed."),
    refuses("no", repository({ imageScanningConfiguration: { scanOnPush: false } }), "does not scan what is pushed."),
  ],
  "build-environment": [
    accepts("AWS's image", project({ environment: { image: "aws/codebuild/standard:7.0" } })),
    accepts("one of ours", project({ environment: { image: `${registry}/build${digest}` } })),
    refuses(
      "a privileged build",
      project({ environment: { image: "aws/codebuild/standard:7.0", privilegedMode: true } }),
      "runs its builds privileged.",
    ),
    refuses(
      "an image by its tag",
      project({ environment: { image: `${registry}/build:1` } }),
      `runs its builds in the image "${registry}/build:1".`,
    ),
    refuses(
      "an image of anybody",
      project({ environment: { image: `someone/build${digest}` } }),
      `runs its builds in the image "someone/build${digest}".`,
    ),
  ],
  "eks-version": [
    accepts("a supported one", cluster({ version: "1.36" })),
    refuses("none", cluster({ name: "shop" }), "names no version of Kubernetes."),
    refuses("an old one", cluster({ version: "1.29" }), "runs Kubernetes 1.29, which is older than 1.34."),
  ],
  "eks-addon-versions": [
    accepts("a version", addon({ addonVersion: "v1.2.3-eksbuild.1" })),
    refuses("none", addon({ addonName: "coredns" }), "names no version."),
  ],
  "database-engine-version": [
    accepts("a supported one", instance({ engine: "postgres", engineVersion: "17.4" })),
    accepts("an engine that it does not know", instance({ engine: "oracle-ee", engineVersion: "19" })),
    accepts("a replica", instance({ replicateSourceDb: "shop" })),
    refuses("none", instance({ engine: "postgres" }), "names no version of its engine."),
    refuses(
      "an old one",
      instance({ engine: "postgres", engineVersion: "12.19" }),
      "runs postgres 12.19, which is older than 14.",
    ),
    refuses(
      "an old MySQL",
      instance({ engine: "mysql", engineVersion: "8.0.35" }),
      "runs mysql 8.0.35, which is older than 8.4.",
    ),
  ],
  "minor-version-upgrades": [
    accepts("the default", instance({ engine: "postgres" })),
    accepts("yes", instance({ autoMinorVersionUpgrade: true })),
    refuses("no", instance({ autoMinorVersionUpgrade: false }), "does not take minor versions by itself."),
    refuses(
      "no for a cache",
      given("aws:elasticache/replicationGroup:ReplicationGroup")({ autoMinorVersionUpgrade: false }),
      "does not take minor versions by itself.",
    ),
  ],
  "lambda-runtimes": [
    accepts("a current one", lambda({ runtime: "python3.14" })),
    accepts("an image", lambda({ imageUri: `${registry}/job${digest}` })),
    refuses("an old one", lambda({ runtime: "nodejs16.x" }), "runs on nodejs16.x, which AWS no longer patches."),
    refuses("an old base", lambda({ runtime: "provided" }), "runs on provided, which AWS no longer patches."),
  ],
  "github-actions-permissions": [
    accepts("chosen ones", actions({ allowedActions: "selected", shaPinningRequired: true })),
    accepts("our own", actions({ allowedActions: "local_only" })),
    accepts("none", actions({ enabled: false })),
    refuses("GitHub's defaults", actions({ repository: "shop" }), [
      "lets every action run.",
      "lets actions run by a tag.",
    ]),
    refuses(
      "a pattern for all",
      actions({
        allowedActions: "selected",
        allowedActionsConfig: { githubOwnedAllowed: true, patternsAlloweds: ["*/*@*"] },
        shaPinningRequired: true,
      }),
      "lets every action run.",
    ),
  ],
};
