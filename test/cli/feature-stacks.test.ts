import assert from "node:assert/strict";
import { copyFileSync, existsSync, readFileSync } from "node:fs";
import path from "node:path";
import {
  createFeatureStack,
  lastUp,
  listFeatureStacks,
  removeFeatureStack,
  requireFreeNetwork,
} from "../../delivery/cli/engine/feature-stacks.ts";
import { prepareStackConfig } from "../../delivery/cli/engine/stack-config.ts";
import { checkoutRoot } from "../../sandbox/paths.ts";
import { script, temporaryFolder, write } from "./support/temporary.ts";

describe("pull requests' stacks in a backend", () => {
  let root: string;
  let env: NodeJS.ProcessEnv;

  /** A `pulumi` that knows these stacks and notes what else it was asked, and where. */
  const backend = (stacks: readonly object[], more = "") => {
    root = temporaryFolder();
    for (const name of ["Pulumi.yaml", "Pulumi.staging.yaml"])
      copyFileSync(path.join(checkoutRoot, name), path.join(root, name));
    const list = write(path.join(root, "stacks.json"), JSON.stringify(stacks));
    script(
      path.join(root, "bin", "pulumi"),
      `case "$2" in ls) cat '${list}' ;; *) echo "$PWD: $*" >>'${path.join(root, "calls")}' ;; esac\n${more}`,
    );
    env = { PATH: `${path.join(root, "bin")}:/usr/bin:/bin` };
  };
  const call = () => ({ cwd: root, env });
  const calls = () => {
    const file = path.join(root, "calls");
    return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
  };

  it("are told from all others, with or without an organization, by number", async () => {
    backend([
      { name: "dev", current: true },
      { name: "teamflow/pr-107", current: false, updateInProgress: true, resourceCount: 3 },
      { name: "pr-42", current: false, lastUpdate: "2026-11-20T10:00:00.000Z", resourceCount: 120 },
      { name: "pr-x", current: false },
    ]);
    assert.deepEqual(await listFeatureStacks(call()), [
      {
        stack: "pr-42",
        pullRequest: 42,
        lastUpdate: new Date("2026-11-20T10:00:00Z"),
        resources: 120,
        updateInProgress: false,
      },
      { stack: "pr-107", pullRequest: 107, lastUpdate: undefined, resources: 3, updateInProgress: true },
    ]);
  });

  it("were last up when they were last brought up, whatever looked at them or failed to destroy them since", async () => {
    const run = (kind: string, startTime: string) => ({ kind, startTime, result: "succeeded" });
    const history = (...runs: object[]) => {
      backend([]);
      script(path.join(root, "bin", "pulumi"), `cat '${write(path.join(root, "history.json"), JSON.stringify(runs))}'`);
      return lastUp("pr-42", call());
    };
    const up = run("update", "2026-11-20T10:00:00.000Z");
    const at = new Date("2026-11-20T10:00:00Z");
    assert.deepEqual(await history(run("refresh", "2026-11-21T10:00:00.000Z"), up), { at, halfDestroyed: false });
    assert.deepEqual(
      await history(run("refresh", "2026-11-22T10:00:00.000Z"), run("destroy", "2026-11-21T10:00:00.000Z"), up),
      { at, halfDestroyed: true },
    );
    assert.deepEqual(await history(), { at: undefined, halfDestroyed: false });
  });

  it("do not get a network that another one has, unless a file of their own gives them one", async () => {
    backend([{ name: "pr-42" }, { name: "pr-43" }]);
    await requireFreeNetwork("pr-42", call());
    await assert.rejects(
      requireFreeNetwork("pr-2090", call()),
      /^UserError: pr-2090 would get the network 10\.130\.160\.0\/20, which pr-42 has[\s\S]*\.\/slipway destroy pr-42/,
    );
    write(path.join(root, "Pulumi.pr-2090.yaml"), "config: {}\n");
    await requireFreeNetwork("pr-2090", call());
  });

  it("are created once, with staging's provider of secrets, where their settings are", async () => {
    backend([{ name: "pr-42" }]);
    write(
      path.join(root, "Pulumi.staging.yaml"),
      `${readFileSync(path.join(root, "Pulumi.staging.yaml"), "utf8")}\nsecretsprovider: awskms://alias/x\n`,
    );
    await createFeatureStack("pr-42", prepareStackConfig(root, "pr-42", false), call());
    assert.deepEqual(calls(), []);
    const config = prepareStackConfig(root, "pr-7", false);
    await createFeatureStack("pr-7", config, call());
    assert.deepEqual(calls(), [`${config.folder}: stack init pr-7 --no-select --secrets-provider awskms://alias/x`]);
  });

  it("are removed without their settings' file", async () => {
    backend([]);
    await removeFeatureStack("pr-42", call());
    assert.match(calls()[0] ?? "", /stack rm pr-42 --yes --preserve-config/);
  });

  it("that cannot be asked for say why in the engine's words", async () => {
    backend([], "echo 'error: no credentials' >&2; exit 1");
    await assert.rejects(
      listFeatureStacks(call()),
      /^UserError: The backend could not be asked.*:\n {2}error: no credentials/,
    );
    await assert.rejects(removeFeatureStack("pr-1", call()), /^UserError: The stack pr-1 could not be removed:/);
  });
});
