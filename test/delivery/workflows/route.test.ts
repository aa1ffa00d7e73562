import assert from "node:assert/strict";
import path from "node:path";
import fc from "fast-check";
import { readProcess } from "../../../delivery/process/read.ts";
import { reachableBy, routeOf } from "../../../delivery/workflows/route.ts";
import { checkoutRoot } from "../../../sandbox/paths.ts";
import { processes } from "./support/planned.ts";

const [first, second] = Object.values(processes).map((file) => readProcess(path.join(checkoutRoot, file)).process);
assert.ok(first && second);

describe("routeOf", () => {
  const routes: readonly (readonly [typeof first, string, readonly string[]])[] = [
    [first, "refs/heads/develop", ["development"]],
    [first, "refs/heads/main", ["staging"]],
    [first, "refs/heads/release/1.2", ["staging"]],
    [first, "refs/heads/release/1.2/fix", []], // `*` ends at a slash
    [first, "refs/heads/feature", []],
    [first, "refs/heads/v1.2.3", []], // a branch that is called as a tag is none
    [first, "refs/tags/v1.2.3", ["pre-production"]], // production is somebody's to ask for
    [first, "refs/tags/main", []],
    [second, "refs/heads/develop", ["development"]],
    [second, "refs/heads/release/1.2", ["staging"]],
    [second, "refs/heads/main", ["production"]],
    [second, "refs/tags/v1.2.3", []],
  ];
  for (const [process, ref, expected] of routes)
    it(`takes ${ref} of "${process.title}" to ${expected.join(", ") || "nowhere"}`, () => {
      assert.deepEqual(routeOf(process, ref), expected);
    });

  it("goes on by itself to what is automatic, in the order of promotion", () => {
    const environment = first.environments.staging;
    assert.ok(environment);
    const on = (automatic: boolean) => ({
      environments: {
        one: { ...environment, from: undefined, automatic: false, branches: ["main"] },
        two: { ...environment, from: "one", automatic, branches: ["main"] },
      },
    });
    const route = (automatic: boolean) => routeOf(on(automatic) as unknown as typeof first, "refs/heads/main");
    assert.deepEqual(route(true), ["one", "two"]);
    assert.deepEqual(route(false), ["one"]);
  });
});

describe("reachableBy", () => {
  it("has every environment that a push can go to, for which the workflows then have jobs", () => {
    const segment = fc.constantFrom("main", "develop", "release", "v1.2.3", "1.2", "fix");
    const name = fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/"));
    fc.assert(
      fc.property(fc.constantFrom(first, second), fc.constantFrom("branches", "tags"), name, (process, kind, ref) => {
        const reachable = reachableBy(process, kind);
        const route = routeOf(process, `refs/${kind === "tags" ? "tags" : "heads"}/${ref}`);
        assert.deepEqual(
          route.filter((environment) => !reachable.includes(environment)),
          [],
        );
      }),
    );
  });

  it("leaves out what only somebody's word leads to", () => {
    assert.deepEqual(reachableBy(first, "tags"), ["pre-production"]);
    assert.deepEqual(reachableBy(second, "tags"), []);
  });
});
