import assert from "node:assert/strict";
import { symlinkSync } from "node:fs";
import path from "node:path";
import { findOnPath, installedPulumi, isGoodVersion } from "../../../sandbox/toolchain/on-path.ts";
import { script, temporaryFolder, write } from "../../cli/support/temporary.ts";

/** A folder with a fake `pulumi` of that version, and its language host unless it is left out. */
function pulumi(version: string, { languageHost = true, folder = temporaryFolder() } = {}): string {
  script(path.join(folder, "pulumi"), version === "broken" ? "exit 3" : `[ "$1" = version ] && echo ${version}`);
  if (languageHost) {
    script(path.join(folder, "pulumi-language-nodejs"), "exit 0");
    script(path.join(folder, "pulumi-resource-pulumi-nodejs"), "exit 0");
  }
  return folder;
}

const env = (...folders: string[]) => ({ PATH: [...folders, "/usr/bin", "/bin"].join(":") });

describe("a pulumi on PATH", () => {
  it("is used with the language host beside it", async () => {
    const folder = pulumi("v3.256.0");
    assert.deepEqual(await installedPulumi(env(folder)), {
      version: "3.256.0",
      pulumi: path.join(folder, "pulumi"),
      languageHost: path.join(folder, "pulumi-language-nodejs"),
      dynamicProvider: path.join(folder, "pulumi-resource-pulumi-nodejs"),
    });
  });

  it("is the first one, as for a shell", async () => {
    const found = await installedPulumi(env(pulumi("v3.250.1"), pulumi("v3.256.0")));
    assert.equal(found?.version, "3.250.1");
  });

  it("is none where there is none", async () => {
    assert.equal(await installedPulumi({ PATH: temporaryFolder() }), undefined);
    assert.equal(await installedPulumi({}), undefined);
  });

  for (const [version, problem] of [
    ["v3.245.9", "pulumi 3.245.9 is not between 3.246.0 and 4.0.0"],
    ["v4.0.0", "pulumi 4.0.0 is not between 3.246.0 and 4.0.0"],
    ["dirty", "pulumi dirty is not between 3.246.0 and 4.0.0"],
  ] as const) {
    it(`of version ${version} has the problem that ${problem}`, async () => {
      assert.equal((await installedPulumi(env(pulumi(version))))?.problem, problem);
    });
  }

  it("has a problem when it does not run", async () => {
    const folder = pulumi("broken");
    assert.equal((await installedPulumi(env(folder)))?.problem, `${path.join(folder, "pulumi")} does not run`);
  });

  it("has a problem without its language host", async () => {
    const found = await installedPulumi(env(pulumi("v3.256.0", { languageHost: false })));
    assert.equal(found?.problem, "pulumi 3.256.0 is on PATH without its Node language host");
  });

  it("does not count when it is one of our own links", async () => {
    const ours = path.join(temporaryFolder(), "bin");
    pulumi("v3.256.0", { folder: ours });
    assert.equal(await installedPulumi({ PATH: ours }, ours), undefined);
    assert.equal(await installedPulumi({ PATH: `${ours}/` }, ours), undefined);
    const users = pulumi("v3.255.0", { folder: `${ours}-of-mine` });
    assert.equal(
      (await installedPulumi(env(ours, users), ours))?.version,
      "3.255.0",
      "a folder of a similar name is the user's",
    );
  });
});

describe("findOnPath", () => {
  it("passes over folders, files that are not executable, dangling links and empty entries", () => {
    const [first, second] = [temporaryFolder(), temporaryFolder()];
    write(path.join(first, "tool"), "");
    symlinkSync("/nonexistent", path.join(first, "dangling"));
    write(path.join(first, "folder", "x"), "");
    const tool = script(path.join(second, "tool"), "exit 0");
    const lookup = { PATH: `:${first}::/nonexistent:${second}` };
    assert.equal(findOnPath("tool", lookup), tool);
    assert.equal(findOnPath("dangling", lookup), undefined);
    assert.equal(findOnPath("folder", lookup), undefined);
  });
});

describe("isGoodVersion", () => {
  for (const [version, good] of [
    ["3.246.0", true],
    ["3.246.1", true],
    ["3.300.0", true],
    ["3.256.0-alpha.x1234", true],
    ["3.256.0+dirty", true],
    ["3.245.99", false],
    ["2.300.0", false],
    ["4.0.0", false],
    ["3.256", false],
    ["", false],
    ["three", false],
  ] as const) {
    it(`says ${good ? "yes" : "no"} to ${version || "nothing"}`, () => assert.equal(isGoodVersion(version), good));
  }
});
