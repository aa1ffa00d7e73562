import type { Target } from "./platform.ts";

/** Version of the Pulumi CLI and its Node SDK; the same in package.json and engine/go.mod (a test compares). */
export const pulumiVersion = "3.256.0";

/** The oldest `pulumi` on PATH that will do: `preview --output json` and today's plugin protocol came with 3.246. */
export const oldestPulumi = "3.246.0";

/** The Kubernetes of the sandbox; the same in kubernetes/go.mod (a test compares). */
export const kubernetesVersion = "1.36.3";

/** A name of a part of the toolchain. */
export type PartName =
  | "engine"
  | "language-host"
  | "dynamic-provider"
  | "random"
  | "github"
  | "cache-server"
  | "aws"
  | "kubernetes-plugin"
  | "kubernetes"
  | "kube-score"
  | "actionlint"
  | "report-checker";

/** Where a stack runs: on this machine, or on AWS in one of two ways. */
export type Platform = "local" | "ecs" | "eks";

/** One program that Slipway needs and a bare machine lacks. */
export interface Part {
  readonly name: PartName;
  /** What a user sees in `doctor` and in the progress display. */
  readonly title: string;
  readonly version: string;
  /** File name of the program. */
  readonly binary: string;
  /** Go module that builds it: the folder of that name beside this file. */
  readonly module:
    | "engine"
    | "aws"
    | "kubernetes-plugin"
    | "kubernetes"
    | "checker"
    | "workflow-checker"
    | "report-checker";
  /** Go package in the module that builds it. */
  readonly goPackage: string;
  /** Folders of the module, and files, whose content is part of the program, besides go.mod and go.sum. */
  readonly sources: readonly string[];
  /** Set for a resource plugin: where it is found as `resource-<plugin>-v<version>`. */
  readonly plugin?: string;
  /** It is something that the sandbox runs: against real accounts nothing needs it. */
  readonly endpoint?: true;
  /** Programs on PATH that do the same (looked up in this order). */
  readonly onPath?: readonly string[];
  /** Processor seconds to compile it alone with empty caches: measured for `engine` and `random` (amd64), estimated for the others (`aws`: 435 measured after the engine, and what it shares with `random`; `kube-score`, `actionlint`, `report-checker`: measured). */
  readonly buildSeconds: number;
}

/** Every part, in the order in which they are shown. */
export const parts: Readonly<Record<PartName, Part>> = {
  engine: {
    name: "engine",
    title: `Pulumi CLI ${pulumiVersion}`,
    version: pulumiVersion,
    binary: "pulumi",
    module: "engine",
    goPackage: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    sources: [],
    buildSeconds: 360,
  },
  "language-host": {
    name: "language-host",
    title: "Node.js language host",
    version: pulumiVersion,
    binary: "pulumi-language-nodejs",
    module: "engine",
    goPackage: "./cmd/pulumi-language-nodejs",
    sources: ["cmd/pulumi-language-nodejs", "internal"],
    buildSeconds: 75,
  },
  "dynamic-provider": {
    name: "dynamic-provider",
    title: "dynamic-provider launcher",
    version: pulumiVersion,
    binary: "pulumi-resource-pulumi-nodejs",
    module: "engine",
    goPackage: "./cmd/pulumi-resource-pulumi-nodejs",
    sources: ["cmd/pulumi-resource-pulumi-nodejs", "internal"],
    buildSeconds: 10,
  },
  random: {
    name: "random",
    title: "plugin random 4.21.2",
    version: "4.21.2",
    binary: "pulumi-resource-random",
    module: "engine",
    goPackage: "./cmd/pulumi-resource-random",
    sources: ["cmd/pulumi-resource-random", "random-shim"],
    plugin: "random",
    buildSeconds: 340,
  },
  github: {
    name: "github",
    title: "plugin github 6.15.0",
    version: "6.15.0",
    binary: "pulumi-resource-github",
    module: "engine",
    goPackage: "./cmd/pulumi-resource-github",
    sources: ["cmd/pulumi-resource-github"],
    plugin: "github",
    buildSeconds: 340,
  },
  "cache-server": {
    name: "cache-server",
    title: "cache server (Redis protocol)",
    version: "1.0.0",
    binary: "slipway-cache",
    module: "engine",
    goPackage: "./cmd/slipway-cache",
    sources: ["cmd/slipway-cache", "internal"],
    onPath: ["valkey-server", "redis-server"],
    buildSeconds: 20,
  },
  aws: {
    name: "aws",
    title: "plugin aws 7.48.0",
    version: "7.48.0",
    binary: "pulumi-resource-aws",
    module: "aws",
    goPackage: "./cmd/pulumi-resource-aws",
    sources: ["cmd/pulumi-resource-aws", "internal", "../aws-sources.ts"],
    plugin: "aws",
    buildSeconds: 780,
  },
  "kubernetes-plugin": {
    name: "kubernetes-plugin",
    title: "plugin kubernetes 4.34.2",
    version: "4.34.2",
    binary: "pulumi-resource-kubernetes",
    module: "kubernetes-plugin",
    goPackage: "./cmd/pulumi-resource-kubernetes",
    sources: ["cmd/pulumi-resource-kubernetes", "internal"],
    plugin: "kubernetes",
    buildSeconds: 200,
  },
  kubernetes: {
    name: "kubernetes",
    title: `Kubernetes ${kubernetesVersion} of the sandbox`,
    version: kubernetesVersion,
    binary: "slipway-kubernetes",
    module: "kubernetes",
    goPackage: "./cmd/slipway-kubernetes",
    sources: ["cmd/slipway-kubernetes", "internal"],
    endpoint: true,
    buildSeconds: 700,
  },
  "kube-score": {
    name: "kube-score",
    title: "checker of Kubernetes manifests (kube-score 1.20.0)",
    version: "1.20.0",
    binary: "kube-score",
    module: "checker",
    goPackage: "github.com/zegl/kube-score/cmd/kube-score",
    sources: [],
    buildSeconds: 140,
  },
  actionlint: {
    name: "actionlint",
    title: "checker of workflows (actionlint 1.7.12)",
    version: "1.7.12",
    binary: "actionlint",
    module: "workflow-checker",
    goPackage: "github.com/rhysd/actionlint/cmd/actionlint",
    sources: [],
    buildSeconds: 30,
  },
  "report-checker": {
    name: "report-checker",
    title: "checker of policy reports (SARIF 2.1.0, OSCAL 1.1.3)",
    version: "1.0.0",
    binary: "report-checker",
    module: "report-checker",
    goPackage: "./cmd/report-checker",
    sources: ["cmd/report-checker"],
    buildSeconds: 50,
  },
};

/** The three programs that make up the engine: the vendor's release holds all of them, and so must a `pulumi` on PATH. */
export const engineParts = ["engine", "language-host", "dynamic-provider"] as const satisfies readonly PartName[];

/** What the tests run and no stack: `./slipway test` provides it, beside every part of a platform. */
export const testParts = ["kube-score", "actionlint", "report-checker"] as const satisfies readonly PartName[];

const localParts: readonly PartName[] = [
  "engine",
  "language-host",
  "dynamic-provider",
  "random",
  "github",
  "cache-server",
];

/**
 * What a stack on this platform needs. The plugins for AWS and Kubernetes, and Kubernetes itself, are costly to build, so a
 * stack that is elsewhere does without them.
 * @param endpoints whether what only the sandbox runs is needed, too; `cache-server` is quick to build and not left out
 */
export function partsFor(platform: Platform, endpoints = true): readonly PartName[] {
  const own = { local: [], ecs: ["aws"], eks: ["aws", "kubernetes-plugin", "kubernetes"] } as const;
  const all: readonly PartName[] = [...localParts, ...own[platform]];
  return all.filter((name) => endpoints || !parts[name].endpoint);
}

/** File name of the vendor's release of the CLI for a target, as get.pulumi.com names it. */
export function releaseArchive(target: Target): string {
  return `pulumi-v${pulumiVersion}-${target.os}-${target.arch === "amd64" ? "x64" : target.arch}.tar.gz`;
}
