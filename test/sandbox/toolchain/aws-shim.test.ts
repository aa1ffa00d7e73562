import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { engineEnvironment } from "../../../delivery/cli/engine/environment.ts";
import { checkoutRoot } from "../../../sandbox/paths.ts";
import { script, temporaryFolder } from "../../cli/support/temporary.ts";

const run = promisify(execFile);
const shims = path.join(checkoutRoot, "sandbox/toolchain/shims");

describe("the aws of the sandbox", () => {
  const usual = [path.dirname(process.execPath), "/usr/bin", "/bin"];
  const credentials = { AWS_ACCESS_KEY_ID: "123456789012", AWS_SECRET_ACCESS_KEY: "sandbox" };
  const aws = (args: readonly string[], folders: readonly string[] = []) =>
    run("aws", args, { env: { ...credentials, PATH: [shims, ...folders, ...usual].join(path.delimiter) } });

  for (const words of [
    ["eks", "get-token", "--cluster-name", "prod", "--region", "us-west-2", "--output", "json"],
    ["--region", "us-west-2", "eks", "get-token", "--cluster-name", "prod"],
  ]) {
    it(`signs a token for: aws ${words.join(" ")}`, async () => {
      const { stdout, stderr } = await aws(words);
      assert.match((JSON.parse(stdout) as { status: { token: string } }).status.token, /^k8s-aws-v1\./);
      assert.equal(stderr, "");
    });
  }

  it("leaves everything else to the machine's own, which may be behind another link to itself", async () => {
    const folder = temporaryFolder();
    script(path.join(folder, "aws"), 'echo "the real one: $*"');
    const { stdout } = await aws(["s3", "ls"], [shims, `${shims}/../shims`, folder]);
    assert.equal(stdout, "the real one: s3 ls\n");
  });

  it("goes first on PATH in the sandbox, and last without it", () => {
    const folders = (sandbox: boolean, PATH = "/usr/bin:/bin") =>
      (engineEnvironment(checkoutRoot, new Map(), { sandbox, env: { PATH } }).PATH ?? "").split(path.delimiter);
    const inside = folders(true);
    assert.ok(inside.indexOf(shims) < inside.indexOf("/usr/bin"));
    assert.equal(folders(false).at(-1), shims);
    // A shell that has one environment may get the other.
    assert.equal(folders(false, inside.join(path.delimiter)).at(-1), shims);
    assert.equal(folders(false, inside.join(path.delimiter)).filter((folder) => folder === shims).length, 1);
  });
});
