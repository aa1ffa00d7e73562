import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { UserError } from "../../../delivery/errors.ts";
import { dropBuildCaches } from "../../../sandbox/toolchain/build.ts";
import { engineModule } from "../../../sandbox/toolchain/fingerprint.ts";
import { goEnvironment, goVersion, oldestGo, requireGo } from "../../../sandbox/toolchain/go.ts";
import { explainGoFailure } from "../../../sandbox/toolchain/go-command.ts";
import { script, temporaryFolder, write } from "../../cli/support/temporary.ts";

describe("Go on PATH", () => {
  const version = (printed: string) => {
    const folder = temporaryFolder();
    script(path.join(folder, "go"), `[ "$*" = "env GOVERSION" ] && [ "$GOTOOLCHAIN" = local ] && echo "${printed}"`);
    return goVersion({ PATH: folder });
  };

  for (const [printed, expected] of [
    ["go1.26.8", "1.26.8"],
    ["go1.21", "1.21"],
    ["go1.27rc1", "1.27"],
    ["go1.26.8 X:nogreenteagc", "1.26.8"],
    ["devel go1.28-abcdef", undefined],
    ["", undefined],
  ] as const) {
    it(`that prints "${printed}" is ${expected ?? "none that is known"}`, async () =>
      assert.equal(await version(printed), expected));
  }

  it("is none where there is none", async () => assert.equal(await goVersion({ PATH: temporaryFolder() }), undefined));

  for (const good of ["1.21", "1.21.0", "1.26.8", "2.0"]) it(`will do with ${good}`, () => requireGo(good));

  for (const old of ["1.20.14", "1.9", "1.2.1"]) {
    it(`is too old with ${old}`, () => {
      assert.throws(
        () => requireGo(old),
        (error: unknown) =>
          error instanceof UserError &&
          error.message.startsWith(
            `The engine must be built here, but Go ${old} is too old for it.\n  Install Go 1.21 or newer`,
          ),
      );
    });
  }

  it("is asked for when it is missing", () => {
    assert.throws(
      () => requireGo(undefined),
      /needs Go, which is not on PATH\.\n {2}Install Go 1\.21 or newer \(package golang\), or put pulumi on PATH/,
    );
  });

  it("can be older than the module asks for, since it fetches that by itself from the oldest on", () => {
    const asked = /^go (\d+)\.(\d+)/m.exec(readFileSync(path.join(engineModule, "go.mod"), "utf8"));
    assert.ok(Number(asked?.[1]) >= oldestGo.major && Number(asked?.[2]) >= oldestGo.minor);
  });
});

describe("Go's environment", () => {
  const users = {
    GOFLAGS: "-mod=vendor",
    GOCACHE: "/u/c",
    GOMODCACHE: "/u/m",
    GOPATH: "/u/p",
    GOWORK: "/u/go.work",
    GOOS: "plan9",
    GOARCH: "mips",
    GO111MODULE: "off",
    CGO_ENABLED: "1",
    GOPROXY: "https://proxy.example",
    GONOSUMDB: "x",
    HTTPS_PROXY: "http://p",
  };

  it("has caches of our own and no setting that would build something else", () => {
    const env = goEnvironment("/cache", users);
    for (const name of ["GOCACHE", "GOMODCACHE", "GOPATH"]) assert.ok(env[name]?.startsWith("/cache/go/"), name);
    for (const name of ["GOFLAGS", "GOWORK", "GOOS", "GOARCH", "GO111MODULE", "CGO_ENABLED"] as const)
      assert.notEqual(env[name], users[name], name);
    assert.match(env.GOFLAGS ?? "", /-mod=readonly/);
  });

  it("keeps how the registry is reached", () => {
    const env = goEnvironment("/cache", users);
    for (const name of ["GOPROXY", "GONOSUMDB", "HTTPS_PROXY"] as const) assert.equal(env[name], users[name]);
  });
});

describe("what Go says when it fails", () => {
  const downloads = Array.from({ length: 5 }, (_, index) => `go: downloading example.com/m${index} v1.0.0`);

  for (const [title, lines, signal, message] of [
    [
      "the disk is full",
      ["# example.com/a", "write /cache/go/build/x: no space left on device"],
      null,
      "The disk became full while the engine was built.\n  Free some space, or set SLIPWAY_CACHE",
    ],
    [
      "it was killed itself",
      [],
      "SIGKILL",
      "The system ended the compiler, most likely because memory ran out.\n  Close other programs",
    ],
    [
      "one of its compilers was killed",
      ["github.com/a/b: /usr/local/go/pkg/tool/linux_amd64/compile: signal: killed"],
      null,
      "The system ended the compiler",
    ],
    [
      "there is no network",
      ['go: example.com/m@v1: Get "https://proxy.example/m": dial tcp: lookup proxy.example: no such host'],
      null,
      "The Go module registry could not be reached, or refused a module.\n  go: example.com/m@v1: Get",
    ],
    [
      "the registry refuses",
      ["go: example.com/m@v1: reading https://proxy.example/m: 403 Forbidden"],
      null,
      "The Go module registry could not be reached, or refused a module.",
    ],
    [
      "the registry is slow",
      ["go: example.com/m@v1: net/http: TLS handshake timeout"],
      null,
      "The Go module registry could not be reached",
    ],
    [
      "a module is not the pinned one",
      [
        "verifying example.com/m@v1: checksum mismatch",
        "\tdownloaded: h1:a",
        "\tgo.sum:     h1:b",
        "",
        "SECURITY ERROR",
      ],
      null,
      "A Go module is not the one that go.sum pins.",
    ],
    [
      "a source does not compile",
      ["# slipway.dev/engine/cmd/x", "cmd/x/main.go:7:2: undefined: y"],
      null,
      "The engine could not be built.\n  # slipway.dev/engine/cmd/x\n  cmd/x/main.go:7:2: undefined: y\n",
    ],
  ] as const) {
    it(`is put plainly when ${title}`, () => {
      const text = explainGoFailure([...downloads, ...lines, ""], signal, "/cache/logs/build.log", "the engine");
      assert.ok(text.startsWith(message), text);
      assert.ok(
        text.endsWith(
          "The whole output is in /cache/logs/build.log. What was compiled is kept: the next ./slipway goes on from there.",
        ),
      );
      assert.ok(!text.includes("downloading"), "progress is no reason");
    });
  }

  it("names what was being built", () => {
    const said = (lines: string[]) => explainGoFailure(lines, null, "/log", "the AWS plugin");
    assert.match(said(["x.go:1:1: undefined: y"]), /^The AWS plugin could not be built\./);
    assert.match(said(["write x: no space left on device"]), /^The disk became full while the AWS plugin was built\./);
  });
});

describe("Go's caches", () => {
  it("are removed after a build, the programs stay", () => {
    const cache = temporaryFolder();
    write(path.join(cache, "go", "build", "a"), "");
    write(path.join(cache, "toolchain", "engine", "pulumi"), "program");
    dropBuildCaches(cache, {});
    dropBuildCaches(cache, {});
    assert.throws(() => readFileSync(path.join(cache, "go", "build", "a")));
    assert.equal(readFileSync(path.join(cache, "toolchain", "engine", "pulumi"), "utf8"), "program");
  });

  it("stay with SLIPWAY_KEEP_BUILD_CACHE=1", () => {
    const cache = temporaryFolder();
    const file = write(path.join(cache, "go", "build", "a"), "kept");
    dropBuildCaches(cache, { SLIPWAY_KEEP_BUILD_CACHE: "1" });
    assert.equal(readFileSync(file, "utf8"), "kept");
  });
});
