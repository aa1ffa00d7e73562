import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { findProcesses } from "../../sandbox/system/processes.ts";
import { Checkout, expectCode } from "./support/checkout.ts";

/** Every file below a folder, but for the database's own data files and the home of the secrets. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => !/\.slipway\/(secrets|sandbox\/postgres)\//.test(file) && statSync(file).size < 64 * 1024 * 1024);
}

describe("secrets of a stack that is up", () => {
  let checkout: Checkout;
  /** What is secret, by what it is. */
  const secrets = new Map<string, string>();
  let printed = "";
  const seenArguments: string[] = [];

  before(async () => {
    checkout = Checkout.create();
    // A secret in the engine's own configuration, planted as a user would.
    const planted = "planted-Hunter2-configuration-secret";
    secrets.set("configuration secret", planted);
    expectCode(await checkout.run(["sandbox", "start"]), 0);
    const set = expectCode(
      await checkout.shell(
        `eval "$(./slipway env)" && pulumi stack init dev --no-select && printf %s '${planted}' | pulumi config set --secret planted:password --stack dev`,
      ),
      0,
    );
    printed += set.stdout + set.stderr;
    const watching = setInterval(() => seenArguments.push(...allArguments()), 50);
    const up = expectCode(await checkout.run(["up", "dev", "--logtostderr", "-v=3"]), 0);
    const preview = expectCode(await checkout.run(["preview", "dev", "--diff", "--json"]), 0);
    clearInterval(watching);
    printed += up.stdout + up.stderr + preview.stdout + preview.stderr;

    secrets.set("GitHub token", checkout.read(".slipway/secrets/github-token").trim());
    for (const line of checkout.read(".slipway/secrets/pgpass").split("\n").filter(Boolean)) {
      secrets.set(`password of ${line.split(":")[3]}`, line.split(":").slice(4).join(":"));
    }
  });
  after(() => checkout.dispose());

  it("are several, so that this test looks for something", () => {
    assert.ok(
      secrets.has("password of postgres") &&
        secrets.has("password of teamflow_owner") &&
        secrets.has("password of teamflow_app"),
    );
    for (const [name, value] of secrets) assert.ok(value.length >= 16, `${name} is long enough to be searched for`);
  });

  it("stand in no state file, log or other file beside their own", () => {
    const found = filesBelow(path.join(checkout.root, ".slipway")).flatMap((file) => {
      const text = readFileSync(file, "latin1");
      return [...secrets]
        .filter(([, value]) => text.includes(value))
        .map(([name]) => `${name} in ${path.relative(checkout.root, file)}`);
    });
    assert.deepEqual(found, []);
    assert.ok(
      filesBelow(path.join(checkout.root, ".slipway")).some((file) => file.endsWith("stacks/slipway/dev.json")),
    );
  });

  it("stand in no output of up or preview, however verbose", () => {
    assert.deepEqual(
      [...secrets].filter(([, value]) => printed.includes(value)).map(([name]) => name),
      [],
    );
  });

  it("stand in no argument of any process while up runs", () => {
    assert.ok(seenArguments.some((line) => line.includes("pulumi")));
    const text = seenArguments.join("\n");
    assert.deepEqual(
      [...secrets].filter(([, value]) => text.includes(value)).map(([name]) => name),
      [],
    );
  });

  it("are in files that only their owner can read", () => {
    const folder = path.join(checkout.root, ".slipway", "secrets");
    assert.equal(statSync(folder).mode & 0o077, 0);
    for (const name of readdirSync(folder)) assert.equal(statSync(path.join(folder, name)).mode & 0o077, 0, name);
  });
});

function allArguments(): string[] {
  const lines: string[] = [];
  findProcesses(({ command }) => {
    lines.push(command);
    return false;
  });
  return lines;
}
