import assert from "node:assert/strict";
import fc from "fast-check";
import { changelog } from "../../../delivery/release/changelog.ts";

const commit = (subject: string, ...deployables: string[]) => ({
  sha: "0123456789abcdef0123456789abcdef01234567",
  subject,
  author: "Ada",
  deployables,
});
const one = (subject: string) =>
  changelog([commit(subject, "backend")])
    .split("\n")
    .at(-2);

/** What a subject becomes in its line. */
const lines: Readonly<Record<string, string>> = {
  "Say hello": "- Say hello (0123456, Ada)",
  "fix: say hello": "- say hello (0123456, Ada)",
  "fix(api): say hello": "- **api:** say hello (0123456, Ada)",
  "FEAT: shout": "- shout (0123456, Ada)",
  "note: not a type": "- note: not a type (0123456, Ada)",
  "constructor: not a type": "- constructor: not a type (0123456, Ada)",
  "fix:": "- fix: (0123456, Ada)",
  "thank @octocat, see #12 and GH-12": "- thank @&#8203;octocat, see #&#8203;12 and GH&#8203;-12 (0123456, Ada)",
  "<!channel> & <img src=x>": "- &lt;\\!channel&gt; &amp; &lt;img src=x&gt; (0123456, Ada)",
  "[click](https://evil.invalid) **now** `x` ~~y~~ a_b | c":
    "- \\[click\\]\\(https&#8203;://evil.invalid\\) \\*\\*now\\*\\* \\`x\\` \\~\\~y\\~\\~ a\\_b \\| c (0123456, Ada)",
  "www.evil.invalid": "- www&#8203;.evil.invalid (0123456, Ada)",
  "1. not a list": "- 1\\. not a list (0123456, Ada)",
  "- not a list": "- \\- not a list (0123456, Ada)",
  "# not a heading": "- #&#8203; not a heading (0123456, Ada)",
  "\\# not a heading": "- \\\\#&#8203; not a heading (0123456, Ada)",
  "two\nlines\u202e and\u0007 more": "- two lines and more (0123456, Ada)",
};

describe("a changelog", () => {
  it("has a section for each deployable, in it the changes by type, what matters most first", () => {
    const text = changelog([
      commit("feat: export", "frontend", "backend"),
      commit("docs: explain", "backend"),
      commit("fix(login)!: expire sessions", "backend"),
      commit("Tidy up", "backend"),
      commit("feat: import", "backend"),
      commit("chore: bump"),
    ]);
    assert.equal(
      text,
      `## backend

### Breaking changes

- **login:** expire sessions (0123456, Ada)

### Changes

- Tidy up (0123456, Ada)

### Features

- export (0123456, Ada)
- import (0123456, Ada)

### Documentation

- explain (0123456, Ada)

## frontend

### Features

- export (0123456, Ada)

## Elsewhere

### Upkeep

- bump (0123456, Ada)
`,
    );
  });

  it("is empty for no commits", () => assert.equal(changelog([]), ""));

  for (const [subject, line] of Object.entries(lines)) {
    it(`writes ${JSON.stringify(subject)} so that it shows as it is`, () => assert.equal(one(subject), line));
  }

  it("never lets a commit's words format, link, call anybody or begin a line", () => {
    const words = fc
      .array(
        fc.constantFrom(
          "a",
          " ",
          "\n",
          "@",
          "#",
          "<",
          ">",
          "&",
          "\\",
          "`",
          "*",
          "_",
          "[",
          "]",
          "(",
          ")",
          "!",
          "1.",
          "-",
          "feat: ",
          "https://",
        ),
        { maxLength: 12 },
      )
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(words, words, (subject, author) => {
        const text = changelog([{ ...commit(subject, "backend"), author }]);
        assert.match(text, /^## backend\n\n### [A-Z][a-z ]+\n\n- [^\n]*\n$/);
        const line = (text.split("\n").at(-2) ?? "").replace(/^- (\*\*.*?\*\*(?= ))?/, "");
        // What is left without what is written safely, and without the commit's number, holds no sign that means something.
        const rest = line
          .replace(/[@#]&#8203;|\\[\\`*_{}[\]()|~!+=.-]|&(amp|lt|gt|#8203);/g, " ")
          .replace(/ \(0123456(, .*)?\)$/, "$1");
        assert.doesNotMatch(rest, /[\\`*_[\]()<>&!@#]|https?:/, line);
        assert.doesNotMatch(line, /^([-+=#>]|\d+\.)( |$)/, line);
      }),
      { numRuns: 2000 },
    );
  });
});
