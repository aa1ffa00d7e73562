import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import fc from "fast-check";
import { findPassword, forgetPassword, storePassword } from "../../../delivery/database/password-file.ts";
import { checkoutRoot } from "../../../sandbox/paths.ts";

describe("the password file", () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "slipway-pgpass-"));
    file = path.join(folder, "secrets", "pgpass");
  });
  afterEach(() => rm(folder, { recursive: true }));

  const key = { host: "127.0.0.1", port: 5432, user: "ada" };

  it("is made with mode 0600, and keeps the other lines", async () => {
    await storePassword(file, key, "one");
    await storePassword(file, { ...key, user: "eve" }, "two");
    await storePassword(file, key, "three");
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    assert.equal(await findPassword(file, key), "three");
    assert.equal(await findPassword(file, { ...key, user: "eve" }), "two");
    await forgetPassword(file, key);
    assert.equal(await findPassword(file, key), undefined);
    assert.equal(await readFile(file, "utf8"), "127.0.0.1:5432:*:eve:two\n");
  });

  it("reads as libpq does: first match, wildcards, comments, quoted colons", async () => {
    await storePassword(file, key, "unused");
    await writeFile(file, "# 127.0.0.1:5432:*:ada:comment\nbroken\n127.0.0.1:*:*:ada:a\\:b\\\\c:d\n*:*:*:*:last\n");
    assert.equal(await findPassword(file, key), "a:b\\c:d");
    assert.equal(await findPassword(file, { ...key, host: "elsewhere" }), "last");
  });

  it("still knows a password when the server came back on another port, and moves it there", async () => {
    await storePassword(file, key, "one");
    assert.equal(await findPassword(file, { ...key, port: 6000 }), "one");
    await storePassword(file, { ...key, port: 6000 }, "one");
    assert.equal(await readFile(file, "utf8"), "127.0.0.1:6000:*:ada:one\n");
  });

  it("knows nothing when there is no file", async () => {
    assert.equal(await findPassword(file, key), undefined);
  });

  it("refuses a file that others may read", async () => {
    await storePassword(file, key, "one");
    await chmod(file, 0o644);
    await assert.rejects(findPassword(file, key), { name: "UserError", message: /chmod 600/ });
  });

  it("gives back every user and password that it was given", async () => {
    const text = fc.string({ minLength: 1 }).filter((value) => !/[\n\r]/.test(value) && !value.startsWith("#"));
    await fc.assert(
      fc.asyncProperty(text, text, async (user, password) => {
        fc.pre(user !== "*");
        await storePassword(file, { ...key, user }, password);
        assert.equal(await findPassword(file, { ...key, user }), password);
        await forgetPassword(file, { ...key, user });
      }),
      { numRuns: 50 },
    );
  });

  it("loses no line when ten processes write at once, one of them over a dead one's lock", async () => {
    await storePassword(file, key, "one");
    await writeFile(`${file}.lock`, "999999999");
    const module = path.join(checkoutRoot, "delivery", "database", "password-file.ts");
    const script = `const { storePassword } = await import(${JSON.stringify(module)});
      await storePassword(process.argv[1], { host: "h", port: 1, user: process.argv[2] }, "p");`;
    await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        promisify(execFile)(process.execPath, ["--input-type=module", "-e", script, file, `user${index}`]),
      ),
    );
    assert.equal((await readFile(file, "utf8")).trim().split("\n").length, 11);
  });
});
