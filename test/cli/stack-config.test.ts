import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { requireCloudAccess } from "../../delivery/cli/engine/cloud.ts";
import { sandboxSalt } from "../../delivery/cli/engine/environment.ts";
import { prepareStackConfig, secretsProviderFor } from "../../delivery/cli/engine/stack-config.ts";
import { checkoutRoot } from "../../sandbox/paths.ts";
import { temporaryFolder, write } from "./support/temporary.ts";

const key = "secretsprovider: awskms://alias/teamflow?region=us-west-2\nencryptedkey: c2VjcmV0\n";

describe("a stack's settings for the engine", () => {
  let root: string;
  beforeEach(() => {
    root = temporaryFolder();
    for (const name of ["Pulumi.yaml", "Pulumi.dev.yaml", "Pulumi.staging.yaml", "Pulumi.prod.yaml"])
      copyFileSync(path.join(checkoutRoot, name), path.join(root, name));
  });
  const read = (file: string) => readFileSync(path.join(root, file), "utf8");
  const fileOf = (stack: string, sandbox: boolean) => {
    const [option, file] = prepareStackConfig(root, stack, sandbox).options;
    assert.equal(option, "--config-file");
    return parse(readFileSync(file as string, "utf8")) as Record<string, unknown>;
  };
  /** What it takes to replace the salt by the key of a real backend, as `backend create` does. */
  const giveKey = (stack: string) =>
    write(path.join(root, `Pulumi.${stack}.yaml`), read(`Pulumi.${stack}.yaml`).replace(/^encryptionsalt: .*\n/m, key));

  it("are the checkout's own file, with the sandbox's salt in it, so that the engine has nothing to write", () => {
    for (const stack of ["dev", "staging", "prod"]) {
      assert.deepEqual(prepareStackConfig(root, stack, stack !== "prod"), { options: [], folder: root });
      assert.equal((parse(read(`Pulumi.${stack}.yaml`)) as { encryptionsalt?: string }).encryptionsalt, sandboxSalt);
    }
  });

  it("are a copy without the key of a real backend in the sandbox, which does not have it", () => {
    giveKey("staging");
    const before = read("Pulumi.staging.yaml");
    const copy = fileOf("staging", true);
    assert.deepEqual(
      [copy.secretsprovider, copy.encryptedkey, copy.encryptionsalt],
      [undefined, undefined, sandboxSalt],
    );
    assert.deepEqual(copy.config, (parse(before) as Record<string, unknown>).config);
    assert.equal(read("Pulumi.staging.yaml"), before);
    assert.deepEqual(prepareStackConfig(root, "staging", false).options, []);
  });

  describe("of a stack on Kubernetes that names no images", () => {
    const imagesOf = () =>
      (fileOf("prod", true).config as Record<string, Record<string, string>>)["slipway:initialImages"] ?? {};
    beforeEach(() => {
      mkdirSync(path.join(root, "migrations"));
      write(path.join(root, "migrations", "0001_a.up.sql"), "SELECT 1;");
    });

    it("name stand-ins in the sandbox, so that pods run, and leave the checkout's file as it is", () => {
      const before = read("Pulumi.prod.yaml");
      const images = imagesOf();
      assert.deepEqual(Object.keys(images), ["backend", "frontend", "operator"]);
      for (const digest of Object.values(images)) assert.match(digest, /^sha256:[0-9a-f]{64}$/);
      assert.equal(new Set(Object.values(images)).size, 3);
      assert.equal(read("Pulumi.prod.yaml"), before);
    });

    it("let the stack make its zone, and judge a canary at the first look", () => {
      const config = fileOf("prod", true).config as Record<string, Record<string, unknown>>;
      assert.equal(config["slipway:edge"]?.createZone, true);
      assert.deepEqual(config["slipway:kubernetes"]?.rollout, {
        bakeMinutes: 0,
        minReadySeconds: 1,
        patienceSeconds: 45,
      });
    });

    it("keep the image that is named", () => {
      const digest = `sha256:${"ab".repeat(32)}`;
      const named = read("Pulumi.prod.yaml").replace(
        "config:\n",
        `config:\n  slipway:initialImages: {backend: "${digest}"}\n`,
      );
      write(path.join(root, "Pulumi.prod.yaml"), named);
      assert.equal(imagesOf().backend, digest);
      assert.match(imagesOf().frontend ?? "", /^sha256:/);
    });

    it("give the operator another image when there is another migration, and only the operator", () => {
      const before = imagesOf();
      write(path.join(root, "migrations", "0002_b.up.sql"), "SELECT 2;");
      const after = imagesOf();
      assert.notEqual(after.operator, before.operator);
      assert.deepEqual({ ...after, operator: "" }, { ...before, operator: "" });
    });
  });

  describe("of a release", () => {
    beforeEach(() => mkdirSync(path.join(root, "migrations")));
    const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
    const images = [
      { environment: "preProduction", image: "backend", digest: digest("a") },
      { environment: "production", image: "operator", digest: digest("b") },
    ] as const;
    const released = (sandbox: boolean) => {
      const [, file] = prepareStackConfig(root, "prod", sandbox, images).options;
      return parse(readFileSync(file as string, "utf8")) as Record<string, Record<string, Record<string, unknown>>>;
    };

    for (const sandbox of [true, false])
      it(`name its images, each for its environment, ${sandbox ? "in the sandbox" : "in the cloud"}`, () => {
        giveKey("prod");
        const before = read("Pulumi.prod.yaml");
        const { config } = released(sandbox);
        assert.deepEqual(config?.["slipway:preProduction"]?.images, { backend: digest("a") });
        assert.deepEqual(config?.["slipway:images"], { operator: digest("b") });
        assert.equal(read("Pulumi.prod.yaml"), before);
      });

    it("have the stack's own key, once, however often it is released", () => {
      giveKey("prod");
      released(false);
      const again = released(false);
      assert.deepEqual(
        [again.secretsprovider, again.encryptedkey, again.encryptionsalt],
        ["awskms://alias/teamflow?region=us-west-2", "c2VjcmV0", undefined],
      );
    });
  });

  it("are derived below .slipway for a pull request, apart for sandbox and cloud, beside a project file for `stack init`", () => {
    const { folder } = prepareStackConfig(root, "pr-42", true);
    assert.equal(readFileSync(path.join(folder, "Pulumi.yaml"), "utf8"), read("Pulumi.yaml"));
    assert.equal(fileOf("pr-42", true).encryptionsalt, sandboxSalt);
    assert.equal(fileOf("pr-42", false).encryptionsalt, undefined);
    assert.notEqual(prepareStackConfig(root, "pr-42", false).folder, folder);
  });

  it("keep what the engine wrote about the secrets of a pull request's stack", () => {
    const { folder } = prepareStackConfig(root, "pr-42", false);
    const file = path.join(folder, "Pulumi.pr-42.yaml");
    write(file, `${readFileSync(file, "utf8")}${key}`);
    const { encryptedkey, secretsprovider } = fileOf("pr-42", false);
    assert.deepEqual([encryptedkey, secretsprovider], ["c2VjcmV0", "awskms://alias/teamflow?region=us-west-2"]);
  });

  it("give a pull request's stack the provider of secrets that staging has", () => {
    assert.equal(secretsProviderFor(root, "pr-42"), undefined);
    giveKey("staging");
    assert.equal(secretsProviderFor(root, "pr-42"), "awskms://alias/teamflow?region=us-west-2");
  });

  it("give it the key for secrets of its own, not of staging's", () => {
    write(
      path.join(root, "Pulumi.staging.yaml"),
      "secretsprovider: awskms:///alias/state?region=us-west-2&context_Stack=staging\n",
    );
    assert.equal(secretsProviderFor(root, "pr-42"), "awskms:///alias/state?region=us-west-2&context_Stack=pr-42");
  });
});

describe("a run without the sandbox", () => {
  const home = () => temporaryFolder();
  const backend = { PULUMI_BACKEND_URL: "s3://state" };

  it("needs a backend, and for AWS somebody who calls, and says all that is missing at once", () => {
    assert.throws(() => requireCloudAccess("ecs", {}, home()), /- where state is kept[\s\S]*- who is calling AWS/);
    assert.throws(() => requireCloudAccess("ecs", backend, home()), /say\n {2}- who is calling AWS/);
    assert.throws(
      () => requireCloudAccess("local", {}, home()),
      (error: Error) => !/AWS_/.test(error.message),
    );
  });

  for (const [title, env] of [
    ["keys", { AWS_ACCESS_KEY_ID: "A" }],
    ["a profile", { AWS_PROFILE: "staging" }],
    ["a workflow's token", { AWS_WEB_IDENTITY_TOKEN_FILE: "/token" }],
    ["a task's role", { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: "/v2/1" }],
  ] as const) {
    it(`takes ${title} for somebody who calls AWS`, () => requireCloudAccess("ecs", { ...backend, ...env }, home()));
  }

  it("takes the files of the AWS command line and of `pulumi login`", () => {
    const folder = home();
    write(path.join(folder, ".aws", "config"), "[default]\n");
    write(path.join(folder, ".pulumi", "credentials.json"), '{"current":"https://api.pulumi.com"}');
    requireCloudAccess("ecs", {}, folder);
  });
});
