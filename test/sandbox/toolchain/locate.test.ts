import assert from "node:assert/strict";
import { symlinkSync } from "node:fs";
import path from "node:path";
import { UserError } from "../../../delivery/errors.ts";
import {
  type EngineChoice,
  engineChoice,
  locate,
  type Origin,
  ToolchainFolders,
} from "../../../sandbox/toolchain/locate.ts";
import type { InstalledPulumi } from "../../../sandbox/toolchain/on-path.ts";
import { type PartName, parts } from "../../../sandbox/toolchain/parts.ts";
import { currentTarget } from "../../../sandbox/toolchain/platform.ts";
import { script, temporaryFolder, write } from "../../cli/support/temporary.ts";

describe("locating a part", () => {
  let folders: ToolchainFolders;
  let users: string;
  let home: string;

  beforeEach(() => {
    folders = new ToolchainFolders(temporaryFolder(), currentTarget());
    users = temporaryFolder();
    home = temporaryFolder();
  });

  const pluginFolder = (name: "random" | "github") =>
    path.join("plugins", `resource-${name}-v${parts[name].version}`, parts[name].binary);

  /** Puts a part where that origin has it. */
  function have(name: PartName, ...origins: Origin[]): void {
    const part = parts[name];
    const plugin = part.plugin as "random" | "github" | undefined;
    for (const origin of origins) {
      if (origin === "path") write(path.join(users, part.binary), "");
      if (origin === "built") write(path.join(folders.built(part), part.binary), "");
      if (origin === "release")
        write(
          plugin ? path.join(folders.pluginHome(), pluginFolder(plugin)) : path.join(folders.release(), part.binary),
          "",
        );
      if (origin === "user's plugins" && plugin) write(path.join(home, pluginFolder(plugin)), "");
    }
  }

  function origin(name: PartName, choice: EngineChoice, installed: Partial<InstalledPulumi> = {}): Origin | undefined {
    const found: InstalledPulumi = {
      version: "3.256.0",
      pulumi: path.join(users, "pulumi"),
      languageHost: path.join(users, "pulumi-language-nodejs"),
      ...installed,
    };
    return locate(name, folders, { installed: found, choice, env: { PATH: users, PULUMI_HOME: home } })?.origin;
  }

  for (const [choice, order] of [
    ["auto", ["path", "release", "built"]],
    ["path", ["path"]],
    ["release", ["release"]],
    ["build", ["built"]],
  ] as const) {
    it(`takes the engine, with SLIPWAY_ENGINE=${choice}, from: ${order.join(", then ")}`, () => {
      assert.equal(origin("engine", choice), undefined);
      for (const other of (["path", "release", "built"] as const).filter(
        (one) => !(order as readonly Origin[]).includes(one),
      ))
        have("engine", other);
      assert.equal(origin("engine", choice), undefined, "another origin does not do");
      for (const one of [...order].reverse()) {
        have("engine", one);
        assert.equal(origin("engine", choice), one);
      }
    });
  }

  for (const [choice, order] of [
    ["auto", ["user's plugins", "release", "built"]],
    ["path", ["user's plugins", "release", "built"]],
    ["release", ["user's plugins", "release", "built"]],
    ["build", ["built"]],
  ] as const) {
    it(`takes a plugin, with SLIPWAY_ENGINE=${choice}, from: ${order.join(", then ")}`, () => {
      for (const one of [...order].reverse()) {
        have("random", one);
        assert.equal(origin("random", choice), one);
      }
    });
  }

  it("passes over a pulumi on PATH that has a problem", () => {
    have("engine", "path", "built");
    assert.equal(origin("engine", "auto", { problem: "it is too old" }), "built");
    assert.equal(origin("engine", "path", { problem: "it is too old" }), undefined);
  });

  it("does not take a link of ours for the user's plugin: linked to itself it would be lost", () => {
    have("random", "built");
    const built = path.join(folders.built(parts.random), parts.random.binary);
    const link = path.join(home, pluginFolder("random"));
    write(path.join(path.dirname(link), "PulumiPlugin.yaml"), "");
    symlinkSync(built, link);
    assert.deepEqual(locate("random", folders, { installed: undefined, choice: "auto", env: { PULUMI_HOME: home } }), {
      part: parts.random,
      file: built,
      origin: "built",
    });
  });

  it("takes a Redis server on PATH for the cache, Valkey first, else our own", () => {
    const context = { installed: undefined, choice: "build", env: { PATH: users } } as const;
    have("cache-server", "built");
    assert.equal(locate("cache-server", folders, context)?.origin, "built");
    const redis = script(path.join(users, "redis-server"), "exit 0");
    assert.equal(locate("cache-server", folders, context)?.file, redis);
    const valkey = script(path.join(users, "valkey-server"), "exit 0");
    assert.equal(locate("cache-server", folders, context)?.file, valkey);
  });

  it("keeps what was built apart by part, version, sources and machine", () => {
    const all = [
      folders.built(parts.engine),
      folders.built(parts.random),
      new ToolchainFolders(folders.cache, { os: "darwin", arch: "arm64" }).built(parts.engine),
    ];
    assert.equal(new Set(all).size, 3);
    assert.match(path.basename(folders.built(parts.random)), /^random-4\.21\.2-[0-9a-f]{16}$/);
  });
});

describe("SLIPWAY_ENGINE", () => {
  it("is auto when it is not set, or empty", () => {
    assert.equal(engineChoice({}), "auto");
    assert.equal(engineChoice({ SLIPWAY_ENGINE: "" }), "auto");
    assert.equal(engineChoice({ SLIPWAY_ENGINE: "build" }), "build");
  });

  it("is refused when it is anything else", () => {
    for (const word of ["Build", "3.256.0", "constructor"]) {
      assert.throws(
        () => engineChoice({ SLIPWAY_ENGINE: word }),
        (error: unknown) => error instanceof UserError && error.message.includes(`"${word}"`),
      );
    }
  });
});
