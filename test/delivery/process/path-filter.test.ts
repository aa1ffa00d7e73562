import assert from "node:assert/strict";
import fc from "fast-check";
import { filtersTake, matchesFilter } from "../../../delivery/process/path-filter.ts";

describe("path filters", () => {
  // GitHub's own examples: "Workflow syntax for GitHub Actions", "Patterns to match file paths" and the cheat sheet before it.
  const table: ReadonlyArray<readonly [filter: string, taken: readonly string[], left: readonly string[]]> = [
    ["*", ["README.md", "server.rb"], ["docs/README.md"]],
    ["*.jsx?", ["page.js", "page.jsx"], ["page.ts", "src/page.js", "page.jsxx"]],
    ["**", ["all/the/files.md", "a"], []],
    ["*.js", ["app.js", "index.js"], ["js/app.js"]],
    ["**.js", ["index.js", "js/index.js", "src/js/app.js"], ["index.ts"]],
    ["docs/*", ["docs/README.md", "docs/file.txt"], ["docs/a/b.md", "docs"]],
    ["docs/**", ["docs/README.md", "docs/mona/octocat.txt"], ["doc/README.md", "docs"]],
    ["docs/**/*.md", ["docs/README.md", "docs/mona/hello-world.md", "docs/a/markdown/file.md"], ["docs/a.txt"]],
    ["**/docs/**", ["docs/hello.md", "dir/docs/my-file.txt", "space/docs/plan/space.doc"], ["mydocs/a"]],
    ["**/README.md", ["README.md", "js/README.md"], ["js/aREADME.md", "aREADME.md"]],
    ["**/*src/**", ["a/src/app.js", "my-src/code/js/app.js"], ["src-a/app.js"]],
    ["**/*-post.md", ["my-post.md", "path/their-post.md"], ["post.md"]],
    ["**/migrate-*.sql", ["migrate-10909.sql", "db/migrate-v1.0.sql", "db/sept/migrate-v1.sql"], ["migrate.sql"]],
    ["v2*", ["v2", "v2.0", "v2.9"], ["v3", "v2/a"]],
    ["v[12].[0-9]+.[0-9]+", ["v1.10.1", "v2.0.0"], ["v3.0.0", "v1.x.0", "v1.0."]],
    ["releases/**-alpha", ["releases/beta/3-alpha", "releases/3-alpha"], ["releases/3-beta"]],
    ["[a-c]x", ["ax", "bx", "cx"], ["dx", "x"]],
    ["a\\*b", ["a*b"], ["aab"]],
    ["Pulumi.*.yaml", ["Pulumi.dev.yaml", "Pulumi.a.b.yaml"], ["Pulumi.yaml", "docs/Pulumi.dev.yaml"]],
    [".github/**", [".github/workflows/a.yml"], ["github/a"]],
    ["größe?/**", ["größ/a", "größe/a"], ["groesse/a"]],
    ["[", ["["], ["a"]],
  ];
  for (const [filter, taken, left] of table) {
    it(`${filter} takes what GitHub says`, () => {
      for (const path of taken) assert.equal(matchesFilter(filter, path), true, path);
      for (const path of left) assert.equal(matchesFilter(filter, path), false, path);
    });
  }

  it("are judged by the last that matches", () => {
    const filters = ["sub-project/**", "!sub-project/docs/**", "sub-project/docs/index.md"];
    assert.equal(filtersTake(filters, "sub-project/a.ts"), true);
    assert.equal(filtersTake(filters, "sub-project/docs/a.md"), false);
    assert.equal(filtersTake(filters, "sub-project/docs/index.md"), true);
    assert.equal(filtersTake(filters, "other/a.ts"), false);
    assert.equal(filtersTake(["!a", "**"], "a"), true);
  });

  it("agree with the regular expression that says the same", () => {
    const parts = ["a", "b", "/", "*", "**", "**/", "[ab]", "a?", "b+", "."];
    const expression = (filter: readonly string[]) =>
      filter
        .map((part, index) => {
          if (part === "**/") return index === 0 || filter[index - 1]?.endsWith("/") ? "(?:.*/)?" : ".*/";
          if (part === "**") return ".*";
          if (part === "*") return "[^/]*";
          return part === "." ? "\\." : part;
        })
        .join("");
    // Stars that touch make another filter of the text than of its parts.
    const touching = (part: string, next = "") => part.endsWith("*") && /^(\*|\/$)/.test(next) && part + next !== "*/";
    const filter = fc
      .array(fc.constantFrom(...parts), { maxLength: 6 })
      .filter((it) => !it.some((part, index) => touching(part, it[index + 1])));
    const path = fc.string({ unit: fc.constantFrom("a", "b", "/", "."), maxLength: 8 });
    let taken = 0;
    fc.assert(
      fc.property(filter, path, (filter, path) => {
        const expected = new RegExp(`^(?:${expression(filter)})$`, "s").test(path);
        if (expected) taken += 1;
        assert.equal(matchesFilter(filter.join(""), path), expected);
      }),
      { numRuns: 5000 },
    );
    assert.ok(taken > 50, "too few matched to say anything");
  });

  it("are quick on paths that are made to be slow", () => {
    // A regular expression of these stars would take longer than anybody waits.
    assert.equal(matchesFilter(`${"**a".repeat(20)}b`, "a".repeat(4000)), false);
  }).timeout(20_000);
});
