import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { UserError } from "../../../delivery/errors.ts";
import { pulumiVersion, releaseArchive } from "../../../sandbox/toolchain/parts.ts";
import { currentTarget } from "../../../sandbox/toolchain/platform.ts";
import { checksumOf, fetchChecksums, installRelease } from "../../../sandbox/toolchain/release.ts";
import { temporaryFolder, write } from "../../cli/support/temporary.ts";
import { type Behaviour, Vendor } from "./support/vendor.ts";

describe("the vendor's release", () => {
  let vendor: Vendor;
  let folder: string;

  before(async () => {
    vendor = await Vendor.open();
  });

  after(() => vendor.close());

  beforeEach(() => {
    vendor.behaviour = "good";
    vendor.requests.length = 0;
    folder = path.join(temporaryFolder(), "pulumi-release");
  });

  async function install(
    behaviour: Behaviour = "good",
    progress?: (received: number, total: number) => void,
  ): Promise<void> {
    vendor.behaviour = behaviour;
    const checksums = await fetchChecksums(vendor.site);
    assert.ok(checksums);
    await installRelease({
      checksums,
      target: currentTarget(),
      folder,
      site: vendor.site,
      ...(progress && { progress }),
    });
  }

  const leftInTheFolderAround = () => readdirSync(path.dirname(folder));

  it("is unpacked with its three programs once its checksum was found right", async () => {
    const received: number[] = [];
    let total = 0;
    await install("good", (now, all) => {
      received.push(now);
      total = all;
    });
    assert.deepEqual(readdirSync(folder).sort(), ["pulumi", "pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"]);
    assert.deepEqual(leftInTheFolderAround(), ["pulumi-release"]);
    assert.equal(received.at(-1), total);
    assert.deepEqual(vendor.requests, [
      `/releases/sdk/pulumi-${pulumiVersion}-checksums.txt`,
      `/releases/sdk/${releaseArchive(currentTarget())}`,
    ]);
  });

  for (const [behaviour, message] of [
    [
      "wrong checksum",
      /^The download of pulumi-v\S+ has the SHA-256 [0-9a-f]{64}, but the vendor's list says [0-9a-f]{64}\.\n {2}It was thrown away/,
    ],
    [
      "breaks off",
      /^The download of http:\/\/127\.0\.0\.1:\d+\/releases\/sdk\/\S+ broke off: .+\n {2}Try again, or set SLIPWAY_ENGINE=build/,
    ],
    ["other archives", /^The vendor's checksums of Pulumi \S+ do not name pulumi-v\S+\.tar\.gz\.\n/],
  ] as const) {
    it(`leaves things as they were when the vendor's answer is: ${behaviour}`, async () => {
      write(path.join(folder, "an-older-one"), "");
      await assert.rejects(
        install(behaviour),
        (error: unknown) => error instanceof UserError && message.test(error.message),
      );
      assert.deepEqual(readdirSync(folder), ["an-older-one"]);
      assert.deepEqual(leftInTheFolderAround(), ["pulumi-release"]);
    });
  }

  it("is told to be no archive when it is none, and leaves nothing", async () => {
    const checksums = `${"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}  ${releaseArchive(currentTarget())}`;
    const empty = await import("node:http").then(({ createServer }) =>
      createServer((_request, response) => response.end()),
    );
    await new Promise<void>((resolve) => empty.listen(0, "127.0.0.1", resolve));
    try {
      const site = `http://127.0.0.1:${(empty.address() as import("node:net").AddressInfo).port}`;
      await assert.rejects(
        installRelease({ checksums, target: currentTarget(), folder, site }),
        /^UserError: The vendor's release could not be unpacked/,
      );
    } finally {
      empty.close();
    }
    assert.equal(existsSync(folder), false);
    assert.deepEqual(leftInTheFolderAround(), []);
  });

  it("is none when the site has no such version, or cannot be reached", async () => {
    vendor.behaviour = "unknown version";
    assert.equal(await fetchChecksums(vendor.site), undefined);
    assert.equal(await fetchChecksums("http://127.0.0.1:1"), undefined);
  });

  describe("checksumOf", () => {
    const sum = "0123456789abcdef".repeat(4);

    for (const [title, text] of [
      ["two blanks", `${sum}  a.tar.gz`],
      ["the binary mark", `${sum} *a.tar.gz`],
      ["capitals and a carriage return", `${sum.toUpperCase()}  a.tar.gz\r\n`],
      ["others before it", `${"f".repeat(64)}  aa.tar.gz\n${sum}  a.tar.gz`],
    ] as const) {
      it(`reads a line with ${title}`, () => assert.equal(checksumOf(text, "a.tar.gz"), sum));
    }

    for (const text of ["", "<html>a.tar.gz</html>", `${sum.slice(1)}  a.tar.gz`, `${sum}  a.tar.gz.sig`]) {
      it(`takes ${JSON.stringify(text.slice(0, 30))} for a list without it`, () => {
        assert.throws(() => checksumOf(text, "a.tar.gz"), /do not name a\.tar\.gz/);
      });
    }
  });
});
