import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { checkoutRoot } from "../../../sandbox/paths.ts";
import { engineModule, moduleFolder } from "../../../sandbox/toolchain/fingerprint.ts";
import { isEnginePart } from "../../../sandbox/toolchain/locate.ts";
import { isGoodVersion } from "../../../sandbox/toolchain/on-path.ts";
import {
  kubernetesVersion,
  oldestPulumi,
  type Part,
  parts,
  partsFor,
  pulumiVersion,
  releaseArchive,
  testParts,
} from "../../../sandbox/toolchain/parts.ts";

const manifest = JSON.parse(readFileSync(path.join(checkoutRoot, "package.json"), "utf8")) as {
  dependencies: Record<string, string>;
};
const goMod = readFileSync(path.join(engineModule, "go.mod"), "utf8");

/** Versions of the Go modules that a module of the toolchain takes. */
const versions = (module: Part["module"]) =>
  new Map(
    [...readFileSync(path.join(moduleFolder(module), "go.mod"), "utf8").matchAll(/^\t(\S+) (v\S+)/gm)].map(
      ([, name = "", version = ""]) => [name, version],
    ),
  );

/** Version of a Go module that the build takes. */
const required = (module: string) => new RegExp(`^\\s*${module.replaceAll(".", "\\.")} v(\\S+)`, "m").exec(goMod)?.[1];

/** Packages of our own module that a part's program is made of: those that it imports, and those that they import. */
function ownPackages(module: Part["module"], folder: string, seen = new Set<string>()): Set<string> {
  if (seen.has(folder)) return seen;
  seen.add(folder);
  for (const name of readdirSync(path.join(moduleFolder(module), folder))) {
    if (!name.endsWith(".go") || name.endsWith("_test.go")) continue;
    const text = readFileSync(path.join(moduleFolder(module), folder, name), "utf8");
    for (const [, imported = ""] of text.matchAll(/"slipway\.dev\/[\w-]+\/([^"]+)"/g))
      ownPackages(module, imported, seen);
  }
  return seen;
}

describe("the parts of the toolchain", () => {
  const all: Part[] = Object.values(parts);

  it("are of the versions that the npm packages and the Go modules have", () => {
    assert.equal(pulumiVersion, manifest.dependencies["@pulumi/pulumi"]);
    assert.equal(pulumiVersion, required("github.com/pulumi/pulumi/sdk/v3"));
    assert.equal(pulumiVersion, required("github.com/pulumi/pulumi/pkg/v3"));
    assert.equal(parts.random.version, manifest.dependencies["@pulumi/random"]);
    assert.equal(parts.github.version, manifest.dependencies["@pulumi/github"]);
    assert.equal(parts.aws.version, manifest.dependencies["@pulumi/aws"]);
    assert.equal(parts["kubernetes-plugin"].version, manifest.dependencies["@pulumi/kubernetes"]);
    assert.equal(versions("kubernetes").get("k8s.io/kubernetes"), `v${kubernetesVersion}`);
    assert.equal(versions("checker").get("github.com/zegl/kube-score"), `v${parts["kube-score"].version}`);
    assert.equal(versions("workflow-checker").get("github.com/rhysd/actionlint"), `v${parts.actionlint.version}`);
  });

  it("take every part of Kubernetes from the one release", () => {
    const text = readFileSync(path.join(moduleFolder("kubernetes"), "go.mod"), "utf8");
    const staging = [...text.matchAll(/^\t(k8s\.io\/\S+) => (\S+) (\S+)$/gm)].map(([, ...all]) => all);
    assert.ok(staging.length > 30);
    for (const [from = "", to, version] of staging)
      assert.deepEqual([to, version], [from, `v0${kubernetesVersion.slice(1)}`]);
    // What the plugin speaks with is what the API server serves.
    assert.equal(versions("kubernetes-plugin").get("k8s.io/client-go"), `v0${kubernetesVersion.slice(1)}`);
  });

  for (const name of ["random", "github", "aws", "kubernetes-plugin"] as const) {
    it(`build a plugin of ${name} that gives the version by which the engine looks it up`, () => {
      const text = readFileSync(path.join(moduleFolder(parts[name].module), parts[name].goPackage, "main.go"), "utf8");
      assert.equal(/\bversion\s*=\s*"([^"]+)"/.exec(text)?.[1], parts[name].version);
    });
  }

  it("are rebuilt when any package of ours changes that they are made of", () => {
    for (const part of all.filter(({ goPackage }) => goPackage.startsWith("./"))) {
      for (const needed of ownPackages(part.module, part.goPackage.slice(2))) {
        const covered = part.sources.some((folder) => `${needed}/`.startsWith(`${folder}/`));
        assert.ok(covered, `${part.name} is made of ${needed}, which is not among its sources`);
      }
    }
  });

  it("have sources that are there, and programs named after their packages", () => {
    for (const part of all) {
      for (const folder of part.sources)
        assert.ok(existsSync(path.join(moduleFolder(part.module), folder)), `${part.name}: ${folder}`);
      assert.equal(path.basename(part.goPackage), part.binary);
      if (part.plugin) assert.equal(part.binary, `pulumi-resource-${part.plugin}`);
    }
  });

  it("have go.sum lines for the modules that they pin", () => {
    const goSum = readFileSync(path.join(engineModule, "go.sum"), "utf8");
    assert.ok(goSum.includes(`github.com/pulumi/pulumi/sdk/v3 v${pulumiVersion} h1:`));
    assert.ok(goSum.includes(`github.com/pulumi/pulumi/pkg/v3 v${pulumiVersion} h1:`));
  });

  it("share what two modules need in the same version, so that it is compiled once", () => {
    const engine = versions("engine");
    const different = [...versions("aws")].filter(([name, version]) => (engine.get(name) ?? version) !== version);
    // A small one, of which the AWS provider wants a newer version than the CLI.
    assert.deepEqual(different, [["github.com/shopspring/decimal", "v1.4.0"]]);
  });

  it("are needed by stacks on AWS or on EKS only where they are costly, and three of them are the engine", () => {
    const forEks = ["kubernetes", "kubernetes-plugin"];
    assert.deepEqual([...partsFor("eks"), ...testParts].sort(), Object.keys(parts).sort());
    assert.deepEqual(
      partsFor("eks").filter((name) => !partsFor("ecs").includes(name)),
      forEks.toReversed(),
    );
    assert.deepEqual(
      partsFor("ecs").filter((name) => !partsFor("local").includes(name)),
      ["aws"],
    );
    assert.deepEqual(partsFor("local").filter(isEnginePart), ["engine", "language-host", "dynamic-provider"]);
    assert.ok(isGoodVersion(pulumiVersion) && isGoodVersion(oldestPulumi));
  });

  it("leave out the sandbox's Kubernetes for real accounts, where a cluster is AWS's", () => {
    assert.deepEqual(
      partsFor("eks").filter((name) => !partsFor("eks", false).includes(name)),
      ["kubernetes"],
    );
    assert.deepEqual(partsFor("ecs", false), partsFor("ecs"));
  });

  it("are named as get.pulumi.com names its archives", () => {
    assert.equal(releaseArchive({ os: "linux", arch: "amd64" }), `pulumi-v${pulumiVersion}-linux-x64.tar.gz`);
    assert.equal(releaseArchive({ os: "darwin", arch: "arm64" }), `pulumi-v${pulumiVersion}-darwin-arm64.tar.gz`);
  });
});
