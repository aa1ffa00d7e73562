import assert from "node:assert/strict";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { parse, stringify } from "yaml";
import { UserError } from "../../../delivery/errors.ts";
import { parseProcess, readProcess } from "../../../delivery/process/read.ts";
import { defaultProcess, defaultText, exampleText } from "./support/shipped.ts";

const digest = (text: string) => parseProcess(text, "p.yaml").version.digest;
const plain = parse(defaultText) as Record<string, unknown>;

/** The same content with the keys of every mapping in an order of chance. The order of environments is meaning, and stays. */
function shuffled(value: unknown, next: () => number, key = ""): unknown {
  if (Array.isArray(value)) return value.map((item) => shuffled(item, next));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([name, inner]) => [name, shuffled(inner, next, name)] as const);
  return Object.fromEntries(key === "environments" ? entries : entries.sort(() => next() - 0.5));
}

describe("the version of a process", () => {
  it("is its count and a digest of what it says", () => {
    const { version } = parseProcess(defaultText, "p.yaml");
    assert.equal(version.version, defaultProcess.version);
    assert.match(version.digest, /^sha256:[0-9a-f]{64}$/);
    assert.notEqual(version.digest, digest(exampleText));
  });

  it("does not change with comments, quotes, indentation and the order of keys", () => {
    const expected = digest(defaultText);
    fc.assert(
      fc.property(
        fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
        fc.constantFrom(1, 2, 4, 8),
        fc.constantFrom("PLAIN", "QUOTE_DOUBLE", "QUOTE_SINGLE"),
        fc.boolean(),
        (chance, indent, defaultStringType, flow) => {
          const content = shuffled(plain, () => chance.next().value as number);
          const text = flow
            ? JSON.stringify(content, null, indent)
            : `# changed\n${stringify(content, { indent, defaultStringType, defaultKeyType: "PLAIN" })}`;
          assert.equal(digest(text), expected);
        },
      ),
      { numRuns: 15 },
    );
  });

  it("does not change when a span is written in another unit or a default is written out", () => {
    assert.equal(digest(defaultText.replace("completeWithin: 24 h", "completeWithin: 1 day")), digest(defaultText));
    assert.equal(
      digest(defaultText.replace("    data: live\n", "    data: live\n    soak: 0 min\n")),
      digest(defaultText),
    );
  });

  it("changes with every rule", () => {
    const edits: ReadonlyArray<readonly [string, string]> = [
      ["version: 1\n", "version: 2\n"],
      ["backend: [release-manager, cto]", "backend: [release-manager]"],
      ["      - code-review\n", ""],
      ['"16:00", for: normal', '"17:00", for: normal'],
      ["team: cto }", "team: chief }"],
      ["completeWithin: 24 h", "completeWithin: 23 h"],
    ];
    const digests = edits.map(([from, to]) => {
      assert.ok(defaultText.includes(from), from);
      return digest(defaultText.replace(from, to));
    });
    assert.equal(new Set([...digests, digest(defaultText)]).size, edits.length + 1);
  });
});

describe("a process file that cannot be read", () => {
  const refused = (text: string, message: string | RegExp) =>
    assert.throws(() => parseProcess(text, "p.yaml"), { name: "UserError", message });

  it("is refused when it is empty", () => refused("", "p.yaml:1: the file must be a mapping of keys to values."));
  it("is refused when it is a list", () => refused("- a", "p.yaml:1: the file must be a mapping of keys to values."));
  it("is refused when a key is there twice", () =>
    refused(`${defaultText}version: 2\n`, /^p\.yaml:\d+: Map keys must be unique\. Write it once\.$/));
  it("is refused when tabs indent it", () =>
    refused("roles:\n\tcto: {}\n", /^p\.yaml:2: Tabs are not allowed as indentation\. Indent with spaces\./));
  it("is refused when it is two documents", () =>
    refused(`${defaultText}---\nversion: 1\n`, /Remove the line "---" and what does not belong there\./));
  it("is refused when it breaks off", () => refused("roles: { cto: {", /^p\.yaml:1: .*Mend the YAML there\./));

  it("is refused when aliases make much of little", () => {
    const bomb = ["a: &a [x,x,x,x,x,x,x,x,x]"];
    for (let level = 1; level < 12; level++) {
      const [name, before] = ["abcdefghijkl"[level], "abcdefghijkl"[level - 1]];
      bomb.push(`${name}: &${name} [${`*${before},`.repeat(9)}]`);
    }
    refused(bomb.join("\n"), /^p\.yaml: Excessive alias count .*Write out what it means, without tricks\.$/);
  });

  it("is refused when it is nested deeper than anybody writes", () => {
    refused(
      `roles: ${"[".repeat(3_000)}`,
      /^p\.yaml: it is nested deeper than the parser goes\. Write out what it means/,
    );
    refused(`roles: ${"[".repeat(3_000)}${"]".repeat(3_000)}`, /^p\.yaml: it is nested deeper than the parser goes\./);
  });

  it("is refused unread when it has ten megabytes", () => {
    const folder = mkdtempSync(path.join(tmpdir(), "slipway-process-"));
    try {
      const file = path.join(folder, "process.yaml");
      writeFileSync(file, "# ");
      truncateSync(file, 10 * 1024 * 1024);
      assert.throws(() => readProcess(file), {
        name: "UserError",
        message: `${file} is larger than 512 KiB and was not read.\n  Remove what does not belong there.`,
      });
      refused("#".repeat(600 * 1024), /^p\.yaml is larger than 512 KiB and was not read\./);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("is refused when it is not there, with what belongs there", () => {
    assert.throws(() => readProcess("/nowhere/process.yaml"), {
      name: "UserError",
      message: /^\/nowhere\/process\.yaml cannot be read .*\n {2}State the release process there/,
    });
  });

  it("is refused with all problems at once, and with no more than can be read", () => {
    const two = defaultText
      .replace("frontend: [release-manager]", "frontend: [nobody]")
      .replace("from: pre-production", "from: nowhere");
    refused(two, /^p\.yaml:\d+: .*nowhere.*\n1 more problem:\n {2}p\.yaml:\d+: .*nobody.*$/);
    const many = Array.from({ length: 500 }, (_, index) => `  - { days: [never], from: a${index}, to: b, for: c }`);
    const text = defaultText.replace("  windows:\n", `  windows:\n${many.map((line) => `  ${line}`).join("\n")}\n`);
    refused(text, /\n1999 more problems:\n(.*\n){49} {2}\.\.\. and 1950 more\. Mend these first\.$/);
  });
});

describe("a process of chance", () => {
  /** A place in the default process, by its keys. */
  const places: PropertyKey[][] = [];
  const visit = (value: unknown, keys: PropertyKey[]) => {
    if (keys.length > 0) places.push(keys);
    if (typeof value !== "object" || value === null) return;
    for (const [key, inner] of Object.entries(value)) visit(inner, [...keys, key]);
  };
  visit(plain, []);

  const word = fc.constantFrom(
    "cto",
    "staging",
    "production",
    "backend",
    "constructor",
    "__proto__",
    "unit-tests",
    "2 h",
  );
  const junk = fc.oneof(word, fc.jsonValue({ maxDepth: 2 }), fc.constant(undefined), fc.array(word));

  it("is read, or refused as a user's mistake, whatever is changed in the default", () => {
    let read = 0;
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...places), junk), { minLength: 1, maxLength: 3 }), (changes) => {
        const content = structuredClone(plain);
        for (const [keys, value] of changes) {
          const parent = keys
            .slice(0, -1)
            .reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], content);
          const key = keys.at(-1) ?? "";
          if (typeof parent === "object" && parent !== null) (parent as Record<PropertyKey, unknown>)[key] = value;
        }
        try {
          parseProcess(JSON.stringify(content), "p.yaml");
          read += 1;
        } catch (error) {
          assert.ok(error instanceof UserError, String((error as Error).stack));
          assert.match(error.message, /^p\.yaml:\d+: \S/);
        }
      }),
      // One that can be read, whatever chance brings.
      { numRuns: 100, examples: [[[[["title"], "cto"]]]] },
    );
    assert.ok(read > 0, "nothing was readable, so that nothing was tried");
  });

  it("is refused as a user's mistake when it is any text", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary", maxLength: 200 }), fc.json()), (text) => {
        assert.throws(() => parseProcess(text, "p.yaml"), UserError);
      }),
    );
  });
});
