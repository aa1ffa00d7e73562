import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { type Layout, layoutOf } from "../../sandbox/layout.ts";
import {
  movePgpass,
  newSecret,
  readPgpass,
  removePgpass,
  scramVerifier,
  secretFile,
  writePgpass,
} from "../../sandbox/secrets.ts";

const server = { host: "127.0.0.1", port: 20_001, user: "postgres" };

describe("sandbox: secrets", () => {
  let layout: Layout;

  beforeEach(() => {
    layout = layoutOf(mkdtempSync(path.join(tmpdir(), "slipway-secrets-")));
    mkdirSync(layout.secrets, { recursive: true });
  });

  afterEach(() => rmSync(layout.root, { recursive: true }));

  it("reads back every password that it writes, colons and backslashes included", () => {
    const text = fc.string({ unit: "binary-ascii", minLength: 1 }).filter((value) => !/[\r\n]/.test(value));
    fc.assert(
      fc.property(text, (password) => {
        writePgpass(layout, { ...server, password });
        assert.equal(readPgpass(layout.pgpass, server), password);
      }),
    );
  });

  it("replaces one entry and keeps the lines of others as they are", () => {
    writeFileSync(
      layout.pgpass,
      "127.0.0.1:20001:*:teamflow_app:a\\:b\ndb.example:5432:*:postgres:other\n127.0.0.1:20001:*:postgres:old\n",
    );
    writePgpass(layout, { ...server, password: "new" });
    assert.deepEqual(readFileSync(layout.pgpass, "utf8").trim().split("\n"), [
      "127.0.0.1:20001:*:postgres:new",
      "127.0.0.1:20001:*:teamflow_app:a\\:b",
      "db.example:5432:*:postgres:other",
    ]);
    assert.equal(statSync(layout.pgpass).mode & 0o777, 0o600);
  });

  it("moves the entries of a host to its new port, and no other", () => {
    writeFileSync(
      layout.pgpass,
      "127.0.0.1:20001:*:postgres:p\n127.0.0.1:20001:*:teamflow_app:20001\ndb.example:20001:*:postgres:other\n",
    );
    movePgpass(layout, "127.0.0.1", 20_777);
    assert.equal(
      readFileSync(layout.pgpass, "utf8"),
      "127.0.0.1:20777:*:postgres:p\n127.0.0.1:20777:*:teamflow_app:20001\ndb.example:20001:*:postgres:other\n",
    );
  });

  it("removes the entries of a host, or of one user of it", () => {
    writeFileSync(layout.pgpass, "127.0.0.1:1:*:postgres:p\n127.0.0.1:1:*:teamflow_app:a\ndb.example:1:*:postgres:o\n");
    removePgpass(layout, { host: "127.0.0.1", user: "postgres" });
    assert.equal(readFileSync(layout.pgpass, "utf8"), "127.0.0.1:1:*:teamflow_app:a\ndb.example:1:*:postgres:o\n");
    removePgpass(layout, { host: "127.0.0.1" });
    assert.equal(readFileSync(layout.pgpass, "utf8"), "db.example:1:*:postgres:o\n");
  });

  it("makes a secret once", () => {
    const first = secretFile(layout, layout.githubToken);
    assert.equal(secretFile(layout, layout.githubToken), first);
    assert.match(first, /^[A-Za-z0-9_-]{32}$/);
    assert.notEqual(newSecret(), newSecret());
  });

  it("hides a password in its verifier", () => {
    assert.match(
      scramVerifier("a secret"),
      /^SCRAM-SHA-256\$4096:[A-Za-z0-9+/=]{24}\$[A-Za-z0-9+/=]{44}:[A-Za-z0-9+/=]{44}$/,
    );
    assert.notEqual(scramVerifier("a secret"), scramVerifier("a secret"));
  });
});
