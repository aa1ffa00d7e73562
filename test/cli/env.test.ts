import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import path from "node:path";
import fc from "fast-check";
import { shellLines } from "../../delivery/cli/commands/env.ts";
import {
  accountInSandbox,
  childEnvironment,
  engineEnvironment,
  shadowedNames,
} from "../../delivery/cli/engine/environment.ts";
import { temporaryFolder, write } from "./support/temporary.ts";

describe("the environment for a shell", () => {
  it("gives every value back to a real sh as it was", () => {
    const folder = temporaryFolder();
    const value = fc.string({ unit: "binary" }).filter((text) => !text.includes("\0") && text.isWellFormed());
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 20 }), (values) => {
        const variables = Object.fromEntries(values.map((text, index) => [`V${index}`, text]));
        const names = Object.keys(variables).map((name) => `"$${name}"`);
        const file = write(
          path.join(folder, "lines"),
          `${shellLines(variables, {}, "sh").join("\n")}\nprintf '%s\\0' ${names.join(" ")}\n`,
        );
        const printed = execFileSync("/bin/sh", [file], { encoding: "utf8", env: { LC_ALL: "C" } });
        assert.deepEqual(printed.split("\0").slice(0, -1), values);
      }),
      { numRuns: 30 },
    );
  });

  it("reads a secret from its file, whatever the file is called, and does not print it", () => {
    const file = write(path.join(temporaryFolder("it's a $(folder) "), "token"), "planted-token\n");
    const lines = shellLines({ GITHUB_TOKEN: "planted-token" }, { GITHUB_TOKEN: file }, "sh").join("\n");
    assert.ok(!lines.includes("planted-token"));
    const printed = execFileSync("/bin/sh", ["-c", `${lines}\nprintf %s "$GITHUB_TOKEN"`], { encoding: "utf8" });
    assert.equal(printed, "planted-token");
  });

  it("takes away what would lead the engine elsewhere", () => {
    const lines = shellLines({}, {}, "sh").join("\n");
    const printed = execFileSync("/bin/sh", ["-c", `${lines}\nprintf %s "\${PULUMI_ACCESS_TOKEN-none}"`], {
      encoding: "utf8",
      env: { PULUMI_ACCESS_TOKEN: "a" },
    });
    assert.equal(printed, "none");
  });

  it("quotes for fish as fish reads: only backslash and quote are special within quotes", () => {
    assert.deepEqual(shellLines({ A: "it's a \\ $x" }, { B: "/f" }, "fish").slice(0, 1), [
      "set -gx A 'it\\'s a \\\\ $x'",
    ]);
    assert.ok(shellLines({ B: "s" }, { B: "/f" }, "fish").includes("set -gx B (cat '/f')"));
    assert.ok(shellLines({}, {}, "fish").includes("set -e PULUMI_STACK"));
  });

  it("keeps the engine from fetching the plugin of each installed package, which a stack may not need", () => {
    assert.equal(
      engineEnvironment("/checkout", new Map(), { sandbox: true, env: {} }).PULUMI_OPTION_SKIP_PLUGIN_PRE_INSTALL,
      "true",
    );
  });

  it("gives production an account of its own in the local AWS, unless the settings declare one", () => {
    assert.equal(accountInSandbox("ecs", undefined), undefined);
    assert.match(accountInSandbox("eks", undefined) ?? "", /^\d{12}$/);
    assert.equal(accountInSandbox("eks", "123456789012"), "123456789012");
  });

  it("puts our programs first on PATH once, however often it is evaluated", () => {
    const once =
      engineEnvironment("/checkout", new Map(), { sandbox: true, env: { PATH: "/usr/bin:/bin" } }).PATH ?? "";
    assert.ok(once.startsWith("/checkout/.slipway/bin:"));
    assert.ok(once.endsWith(":/usr/bin:/bin"));
    assert.equal(engineEnvironment("/checkout", new Map(), { sandbox: true, env: { PATH: once } }).PATH, once);
  });

  it("does not put the current folder on PATH when there is no PATH", () => {
    assert.ok(!engineEnvironment("/checkout", new Map(), { sandbox: true, env: {} }).PATH?.split(":").includes(""));
  });

  it("keeps the caller's settings where no sandbox is used, and takes them away where one is", () => {
    const env = Object.fromEntries(shadowedNames({}, {}).map((name) => [name, "x"]));
    assert.deepEqual(childEnvironment({ A: "1" }, false, env), { ...env, A: "1" });
    assert.deepEqual(childEnvironment({ A: "1" }, true, env), { A: "1" });
  });

  describe("of a sandbox", () => {
    // Everything by which the SDKs and the AWS plugin find an account or an endpoint.
    const real = {
      AWS_PROFILE: "production",
      AWS_ACCESS_KEY_ID: "AKIDREAL",
      AWS_SECRET_ACCESS_KEY: "real",
      AWS_SESSION_TOKEN: "real",
      AWS_CONFIG_FILE: "/home/me/.aws/config",
      AWS_SHARED_CREDENTIALS_FILE: "/home/me/.aws/credentials",
      AWS_ROLE_ARN: "arn:aws:iam::123456789012:role/admin",
      AWS_WEB_IDENTITY_TOKEN_FILE: "/token",
      AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://169.254.170.23/v1/credentials",
      AWS_ENDPOINT_URL: "https://aws.example",
      AWS_ENDPOINT_URL_S3: "https://s3.example",
      AWS_ENDPOINT_URL_SECRETS_MANAGER: "https://secrets.example",
      AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true",
    };
    const ours = {
      AWS_ENDPOINT_URL: "http://127.0.0.1:4566",
      AWS_ACCESS_KEY_ID: "000000000000",
      AWS_CONFIG_FILE: "/dev/null",
    };

    it("holds nothing that leads to a real AWS, whatever the user's shell holds", () => {
      const names = fc.constantFrom(...Object.keys(real));
      const others = fc.stringMatching(/^AWS_[A-Z_]{1,20}$/);
      fc.assert(
        fc.property(fc.array(fc.oneof(names, others)), (set) => {
          const env = Object.fromEntries(set.map((name) => [name, "real"]));
          const left = childEnvironment(ours, true, { HOME: "/home/me", ...env });
          assert.deepEqual(left, { HOME: "/home/me", ...ours });
        }),
      );
      assert.deepEqual(childEnvironment(ours, true, real), ours);
    });

    it("is the same in a shell that evaluates the lines", () => {
      const env = { ...process.env };
      Object.assign(process.env, real);
      try {
        const lines = shellLines(ours, {}, "sh").join("\n");
        const printed = execFileSync("/bin/sh", ["-c", `${lines}\nenv | grep ^AWS_ | sort`], { encoding: "utf8" });
        assert.deepEqual(
          printed.trim().split("\n"),
          Object.entries(ours)
            .map(([name, value]) => `${name}=${value}`)
            .sort(),
        );
      } finally {
        for (const name of Object.keys(real)) delete process.env[name];
        Object.assign(process.env, env);
      }
    });
  });
});
