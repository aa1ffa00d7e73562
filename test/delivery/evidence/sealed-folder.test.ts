import assert from "node:assert/strict";
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { sealFiles } from "../../../delivery/evidence/sealed-files.ts";
import { checkSealedFolder, writeSealedFolder } from "../../../delivery/evidence/sealed-folder.ts";

const sealed = sealFiles(
  new Map([
    ["README.md", "# Evidence\n"],
    ["evidence/deployment-000001/facts.json", '{"ü":1}\n'],
  ]),
);

describe("a sealed folder", () => {
  let root: string;
  let folder: string;
  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), "slipway-sealed-"));
    folder = path.join(root, "deep", "export");
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const inside = (name: string) => path.join(folder, name);
  const problems = async (expected?: string) => (await checkSealedFolder(folder, expected)).problems;

  it("is written whole, found whole, and leaves nothing beside it", async () => {
    assert.equal(await writeSealedFolder(folder, sealed), "written");
    assert.deepEqual(await checkSealedFolder(folder, sealed.digest), { digest: sealed.digest, problems: [] });
    assert.deepEqual(readdirSync(path.dirname(folder)), ["export"]);
  });

  it("stays as it is when the same is written again", async () => {
    await writeSealedFolder(folder, sealed);
    assert.equal(await writeSealedFolder(folder, sealed), "unchanged");
  });

  const tampering: readonly [what: string, tamper: () => void, problem: RegExp][] = [
    [
      "a changed byte",
      () => writeFileSync(inside("README.md"), "# evidence\n"),
      /^README\.md was changed: its SHA-256 is [0-9a-f]{64}, not [0-9a-f]{64}\.$/,
    ],
    ["a byte more", () => writeFileSync(inside("README.md"), "# Evidence\n\n"), /^README\.md was changed/],
    [
      "a file removed",
      () => rmSync(inside("evidence/deployment-000001/facts.json")),
      /^evidence\/deployment-000001\/facts\.json is missing/,
    ],
    [
      "a file added",
      () => writeFileSync(inside("evidence/extra.md"), ""),
      /^evidence\/extra\.md is in no index: it was added later\.$/,
    ],
    [
      "a file replaced by a link to the same content",
      () => {
        writeFileSync(path.join(root, "elsewhere"), "# Evidence\n");
        rmSync(inside("README.md"));
        symlinkSync(path.join(root, "elsewhere"), inside("README.md"));
      },
      /^README\.md is missing, or no plain file\.$/,
    ],
    [
      "a folder replaced by a link",
      () => {
        rmSync(inside("evidence"), { recursive: true });
        mkdirSync(path.join(root, "other/deployment-000001"), { recursive: true });
        writeFileSync(path.join(root, "other/deployment-000001/facts.json"), '{"ü":1}\n');
        symlinkSync(path.join(root, "other"), inside("evidence"));
      },
      /^evidence is in no index/,
    ],
    ["the index removed", () => rmSync(inside("index.json")), /^index\.json is missing/],
    ["the index damaged", () => writeFileSync(inside("index.json"), "{"), /^index\.json is damaged/],
    [
      "an index that leads out of the folder",
      () => {
        const index = readFileSync(inside("index.json"), "utf8").replace('"README.md"', '"../README.md"');
        writeFileSync(inside("index.json"), index);
      },
      /^index\.json is damaged/,
    ],
  ];
  for (const [what, tamper, problem] of tampering) {
    it(`tells ${what}`, async () => {
      await writeSealedFolder(folder, sealed);
      tamper();
      const [first = "no problem"] = await problems();
      assert.match(first, problem);
    });
  }

  it("tells by the index's digest when files and index were changed together", async () => {
    await writeSealedFolder(folder, sealFiles(new Map([["README.md", "# Other\n"]])));
    assert.deepEqual(await problems(), []);
    assert.match(
      (await problems(sealed.digest))[0] ?? "",
      /^index\.json has the digest [0-9a-f]{64}, not [0-9a-f]{64}\.$/,
    );
  });

  it("tells that there is no folder", async () => {
    assert.match((await problems())[0] ?? "", /is not there, and should be a folder\.$/);
  });

  it("does not overwrite what is there", async () => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(inside("mine.txt"), "mine");
    await assert.rejects(
      writeSealedFolder(folder, sealed),
      /^UserError: .* is there already, and is not what would be written: .*\n {2}Name another folder/,
    );
    assert.deepEqual(readdirSync(folder), ["mine.txt"]);
    assert.deepEqual(readdirSync(path.dirname(folder)), ["export"]);
  });

  it("does not write through a link in its place", async () => {
    const target = path.join(root, "target");
    mkdirSync(target);
    mkdirSync(path.dirname(folder));
    symlinkSync(target, folder);
    await assert.rejects(writeSealedFolder(folder, sealed), /It is a link\./);
    assert.deepEqual(readdirSync(target), []);
  });

  it("does not write into what lies in the place of its draft", async () => {
    const victim = path.join(root, "victim");
    writeFileSync(victim, "kept");
    mkdirSync(path.dirname(folder));
    mkdirSync(`${folder}.${process.pid}.tmp`);
    linkSync(victim, path.join(`${folder}.${process.pid}.tmp`, "README.md"));
    assert.equal(await writeSealedFolder(folder, sealed), "written");
    assert.equal(readFileSync(victim, "utf8"), "kept");
  });

  it("leaves no half of it when the disk refuses", async () => {
    writeFileSync(path.join(root, "deep"), "a file where the parent should be");
    await assert.rejects(writeSealedFolder(folder, sealed));
    assert.ok(!existsSync(folder));
  });

  it("refuses to seal a path that would leave it", () => {
    for (const name of ["../a", "/a", "a//b", ".hidden", "a/../b", "a b"])
      assert.throws(() => sealFiles(new Map([[name, ""]])));
  });
});
