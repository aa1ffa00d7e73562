import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { globSync, readFileSync, realpathSync } from "node:fs";
import path from "node:path";
import { cacheDirectory, checkoutRoot } from "../../../sandbox/paths.ts";
import { pluginServices, tokensFile } from "../../../sandbox/toolchain/aws-sources.ts";
import { ToolchainFolders } from "../../../sandbox/toolchain/locate.ts";
import { parts } from "../../../sandbox/toolchain/parts.ts";
import { currentTarget } from "../../../sandbox/toolchain/platform.ts";
import { kindOf, NpmShapes, propertiesOf, type Shape, type Shapes } from "./support/npm-shapes.ts";
import { type PackageUses, usesOfPackage } from "./support/package-uses.ts";

interface Service {
  readonly resources?: Readonly<Record<string, string>>;
  readonly functions?: Readonly<Record<string, string>>;
}

const services = JSON.parse(readFileSync(tokensFile, "utf8")) as Record<string, Service>;
const resources = Object.values(services).flatMap((service) => Object.values(service.resources ?? {}));
const functions = Object.values(services).flatMap((service) => Object.values(service.functions ?? {}));

/** `aws:ec2/vpc:Vpc` of `ec2/Vpc`, as the plugin makes it. */
function tokenOf(short: string): string {
  const [module, name = ""] = short.split("/");
  return `aws:${module}/${name[0]?.toLowerCase()}${name.slice(1)}:${name}`;
}

describe("the AWS plugin that is built here", () => {
  const npm = realpathSync(path.join(checkoutRoot, "node_modules/@pulumi/aws"));
  let uses: PackageUses;

  before(function () {
    this.timeout(60_000); // The type checker reads the whole npm package.
    const sources = globSync("{components,stacks}/**/*.ts", { cwd: checkoutRoot });
    uses = usesOfPackage(
      sources.map((file) => path.join(checkoutRoot, file)),
      npm,
    );
  });

  it("offers every resource and function that components and stacks use", () => {
    assert.ok(uses.tokens.size > 20, "the search finds what there is");
    const offered = new Set([...resources, ...functions].map(tokenOf));
    const lacking = [...uses.tokens].filter(([token]) => !offered.has(token));
    assert.deepEqual(lacking, [], "add them to sandbox/toolchain/aws/cmd/pulumi-resource-aws/tokens.json");
  });

  it("names each once, by a name that the npm package has", () => {
    const all = [...resources, ...functions];
    assert.equal(new Set(all).size, all.length);
    const scripts = all.map((short) => {
      const [module, name = ""] = short.split("/");
      const file = `${name[0]?.toLowerCase()}${name.slice(1)}.js`;
      return readFileSync(path.join(npm, module === "index" ? file : `${module}/${file}`), "utf8");
    });
    const wrong = all.filter((short, index) => !scripts[index]?.includes(tokenOf(short)));
    assert.deepEqual(wrong, []);
  });

  it("lists its services in order, each with something to offer or needed by one that has", () => {
    assert.deepEqual(pluginServices(), [...pluginServices()].sort());
    const empty = Object.entries(services).filter(([, service]) => !service.resources && !service.functions);
    // The web ACLs of distributions are looked up by wafv2.
    assert.deepEqual(
      empty.map(([name]) => name),
      ["cloudfront"],
    );
  });

  describe("once it is built", () => {
    const shapes = new NpmShapes(npm);
    let plugin: Readonly<Record<"resources" | "functions", Readonly<Record<string, Shapes>>>>;
    const differences: string[] = [];
    /** Properties of the npm package that the plugin lacks, as they are declared. */
    const lacking = new Map<string, string>();

    before(function () {
      const folder = new ToolchainFolders(cacheDirectory(), currentTarget()).built(parts.aws);
      try {
        const text = execFileSync(path.join(folder, parts.aws.binary), ["-shapes"], { maxBuffer: 64 * 1024 ** 2 });
        plugin = JSON.parse(text.toString()) as typeof plugin;
      } catch (error) {
        // Built by the first stack on AWS only; the vendor's own plugin needs no comparison.
        if ((error as NodeJS.ErrnoException).code === "ENOENT") this.skip();
        throw error;
      }
      for (const short of resources) {
        const ours = plugin.resources[tokenOf(short)] ?? {};
        compareAll(`${short}Args`, ours, shapes.inputs(short), true);
        compareAll(short, ours, shapes.outputs(short), false);
      }
      for (const short of functions) {
        const ours = plugin.functions[tokenOf(short)] ?? {};
        compareAll(`${short}Args`, ours, shapes.arguments(short), true);
        compareAll(short, ours, shapes.results(short), false);
      }
    });

    function compareAll(at: string, ours: Shapes, npms: Shapes, input: boolean, depth = 0): void {
      // Rules of web ACLs hold each other without end in the npm package.
      if (depth > 8) return;
      for (const [name, expected] of Object.entries(npms)) {
        const property = ours[name];
        const known = property && (!input || property.input);
        if (known) compare(`${at}.${name}`, property, expected, input, depth);
        else if (expected.declared) lacking.set(expected.declared, `${at}.${name}`);
      }
    }

    function compare(at: string, ours: Shape, expected: Shape, input: boolean, depth: number): void {
      if (kindOf(ours) !== kindOf(expected)) differences.push(`${at} is ${kindOf(ours)}, not ${kindOf(expected)}`);
      if (input && (ours.json ?? false) !== (expected.json ?? false))
        differences.push(`${at} ${expected.json ? "does not take" : "takes"} a document`);
      const [inner, wanted] = [propertiesOf(ours), propertiesOf(expected)];
      if (inner && wanted) compareAll(at, inner, wanted, input, depth + 1);
    }

    it("has a shape for each of them", () => {
      assert.deepEqual(Object.keys(plugin.resources).sort(), resources.map(tokenOf).sort());
      assert.deepEqual(Object.keys(plugin.functions).sort(), functions.map(tokenOf).sort());
    });

    it("types every property as the npm package does", () => {
      assert.deepEqual(differences, []);
    });

    it("knows every property that components and stacks set or read", () => {
      assert.ok(uses.properties.size > 50, "the search finds what there is");
      const missed = [...uses.properties].filter(
        ([declared]) => lacking.has(declared) && !/#(\w+\.)*Get\w+Result\.id$/.test(declared),
      );
      assert.deepEqual(missed, [], "the Terraform provider that the plugin is made of is older than the npm package");
    });
  });
});
