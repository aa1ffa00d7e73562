import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { LiveFlags } from "../../../delivery/flags/index.ts";
import { checkoutRoot } from "../../../sandbox/paths.ts";

const program = `
import { OpenFeature } from "@openfeature/server-sdk";
import { LiveFlags, postgresSource, SlipwayProvider } from "slipway/flags";

const source = postgresSource({ environment: "staging", connection: { host: "127.0.0.1", port: 1, user: "nobody" } });
const flags = new LiveFlags({ environment: "staging", source, bootstrap: process.argv[2] });
await OpenFeature.setProviderAndWait(new SlipwayProvider(flags));
const details = await OpenFeature.getClient().getBooleanDetails("enterpriseMode", false, { targetingKey: "ada" });
console.log(details.value, details.reason);
await OpenFeature.close();
`;

describe("the package that applications install", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "slipway-package-"));
  const installed = path.join(folder, "node_modules");
  after(() => rmSync(folder, { recursive: true }));

  before(function () {
    this.timeout(120_000);
    mkdirSync(installed);
    const build = path.join(checkoutRoot, "delivery", "flags", "build-package.ts");
    execFileSync(process.execPath, [build, path.join(installed, "slipway")], { stdio: "pipe" });
    const { dependencies, peerDependencies } = manifest();
    for (const name of [...Object.keys({ ...dependencies, ...peerDependencies }), "@types/node"]) {
      mkdirSync(path.dirname(path.join(installed, name)), { recursive: true });
      symlinkSync(path.join(checkoutRoot, "node_modules", name), path.join(installed, name));
    }
    writeFileSync(path.join(folder, "package.json"), '{ "type": "module" }');
    writeFileSync(path.join(folder, "app.ts"), program);
  });

  const manifest = () => JSON.parse(readFileSync(path.join(installed, "slipway", "package.json"), "utf8"));

  it("depends on what the flags import, and on nothing of the infrastructure", () => {
    assert.deepEqual(Object.keys(manifest().dependencies), ["@types/pg", "pg", "re2js", "semver", "yaml", "zod"]);
    assert.deepEqual(Object.keys(manifest().peerDependencies), ["@openfeature/server-sdk"]);
  });

  it("leaves the checkout's own entry to Pulumi, which reads `exports` before `main`", () => {
    const own = JSON.parse(readFileSync(path.join(checkoutRoot, "package.json"), "utf8"));
    assert.equal(own.exports["."], `./${own.main}`);
  });

  it("can be imported in the checkout by the same name", async () => {
    const { LiveFlags: fromSource } = await import("slipway/flags");
    assert.equal(fromSource, LiveFlags);
  });

  it("runs below node_modules, where Node strips no types", () => {
    const flagFile = path.join(checkoutRoot, "delivery", "flags.yaml");
    const output = execFileSync(process.execPath, ["app.ts", flagFile], { cwd: folder, encoding: "utf8" });
    assert.equal(output, "true STALE\n");
  });

  it("has types that an application can be checked with", () => {
    const compiler = path.join(checkoutRoot, "node_modules", "typescript", "bin", "tsc");
    const strict = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2024", "--types", "node"];
    execFileSync(process.execPath, [compiler, ...strict, "app.ts"], { cwd: folder, stdio: "pipe" });
  }).timeout(120_000);
});
