import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { checkoutRoot } from "../../../sandbox/paths.ts";

interface LockedPackage {
  readonly version?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

describe("package-lock.json", () => {
  const { packages } = JSON.parse(readFileSync(path.join(checkoutRoot, "package-lock.json"), "utf8")) as {
    packages: Readonly<Record<string, LockedPackage>>;
  };

  it("names the packages of every platform, without which `npm ci` refuses to run on any", () => {
    // npm leaves out what a registry did not have for another platform than the one where the lock was written.
    const missing = Object.entries(packages).flatMap(([folder, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) => !packages[`node_modules/${name}`] && !packages[`${folder}/node_modules/${name}`],
      ),
    );
    assert.deepEqual(missing, []);
  });

  it("names no registry, so that each machine uses its own", () => {
    assert.deepEqual(
      Object.values(packages).filter((entry) => "resolved" in entry),
      [],
    );
  });
});
