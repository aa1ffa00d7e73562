import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { html } from "../../../policy/report/html/page.ts";
import { exampleReport, goodReport, hostileReport } from "../support/report.ts";

const page = html.write([exampleReport(), goodReport({ stack: "staging" })]);

/** What stands between two parts of the page, without line breaks. */
function between(start: string, end: string): string {
  const from = page.indexOf(start);
  return page.slice(from, page.indexOf(end, from)).replaceAll("\n", "");
}

describe("a report as a page", () => {
  it("needs nothing from elsewhere and runs no script; its policy names its own style alone", () => {
    assert.doesNotMatch(page, /<script|<link|<img|<iframe|@import|url\(|\son\w+=|\sstyle=/i);
    const style = /<style>(.*)<\/style>/s.exec(page)?.[1] ?? "";
    const hash = createHash("sha256").update(style).digest("base64");
    assert.ok(
      page.includes(
        `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'">`,
      ),
    );
  });

  it("says in its head what was judged, when, by what, and how that went", () => {
    assert.equal(
      between('<p class="verdict failed">', "<h3>"),
      '<p class="verdict failed"><span class="badge failed"><span aria-hidden="true">✗</span> does not comply</span>: 1 finding of mandatory policies, 1 judgement that failed, 1 expired exemption, 1 exemption that nothing needs. 1 warning of advisory policies</p>' +
        '<dl><div><dt>Judged at</dt><dd><time datetime="2026-12-01T03:00:00.000Z">2026-12-01T03:00:00.000Z</time></dd></div>' +
        "<div><dt>What</dt><dd>the state, as it is built: 12 resources</dd></div>" +
        "<div><dt>SHA-256 of it</dt><dd><code>9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08</code></dd></div>" +
        "<div><dt>Policies</dt><dd>4, of the pack all</dd></div>" +
        "<div><dt>Judgements</dt><dd>2 passed, 2 failed, 1 exempt, 1 not known yet, 1 could not be judged</dd></div>" +
        "<div><dt>Slipway</dt><dd>0.1.0</dd></div></dl>",
    );
  });

  it("shows what failed, the gravest first", () => {
    assert.equal(
      between("<h3>Failed</h3>", "<h4>Logs are kept</h4>"),
      "<h3>Failed</h3><h4>Databases are private and encrypted</h4>" +
        '<p class="quiet"><code>database-exposure</code>, critical, mandatory</p>' +
        "<p>A public database is found by scanners within minutes.</p>" +
        "<p><strong>Remedy:</strong> Set publiclyAccessible to false.</p>" +
        "<p><strong>Controls:</strong> SOC2 CC6.6, NIST SC-28</p>" +
        '<div class="wide"><table><caption>1 finding of database-exposure</caption>' +
        '<thead><tr><th scope="col">resource</th><th scope="col">type</th><th scope="col">finding</th></tr></thead>' +
        '<tbody><tr><th scope="row"><code>main</code></th><td><code>aws:rds/instance:Instance</code></td><td>has a public address.</td></tr></tbody></table></div>',
    );
  });

  it("says who answers for what is exempt, and which exemptions have to go", () => {
    const exemptions = between("<h3>Exemptions</h3>", "<h3>Controls</h3>");
    assert.match(
      exemptions,
      /<td>It is read-only, and goes in March\.<\/td><td>data<\/td><td>security<\/td><td><time datetime="2027-03-31">2027-03-31<\/time><\/td>/,
    );
    assert.match(
      exemptions,
      /Exemptions to be removed.*Instance gone.*<td>expired<\/td>.*<td>not needed any more<\/td>/,
    );
  });

  it("says of every control what covers it, and of one that nothing covers who has to show it", () => {
    const controls = between("<h3>Controls</h3>", "<h3>Policies, resource by resource</h3>");
    assert.match(controls, /<th scope="row">SOC 2, 2017<\/th><td>3 of 4<\/td><td><span class="badge failed">/);
    assert.match(
      controls,
      /<summary><strong>CC6\.6<\/strong> The boundary keeps threats from outside out — <span class="badge failed"><span aria-hidden="true">✗<\/span> failed<\/span> <span class="quiet">\(1 passed, 1 failed, 1 exempt, 1 could not be judged\)<\/span><\/summary>/,
    );
    assert.ok(controls.indexOf("CC6.6") < controls.indexOf("<strong>A1.1"));
    assert.match(controls, /AC-6\(1\)<\/strong>[^—]*— <span class="badge notApplicable">/);
    assert.match(
      controls,
      /<h4>Not covered<\/h4>.*<th scope="row">SOC2 CC1\.1<\/th><td>Conduct follows stated values<\/td><td>the organization<\/td>/,
    );
  });

  it("leads from a control to its policy, where every resource stands with its verdict", () => {
    const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
    assert.equal(new Set(ids).size, ids.length);
    const anchors = [...page.matchAll(/href="#([^"]+)"/g)].map(([, anchor]) => anchor);
    assert.ok(anchors.length > 5);
    for (const anchor of anchors) assert.ok(ids.includes(anchor), anchor);
    const policies = between("<h3>Policies, resource by resource</h3>", "</section>");
    for (const name of ["main", "odd", "old", "good", "app", "trail", "monthly"])
      assert.match(policies, new RegExp(`<th scope="row"><code>${name}</code></th>`));
  });

  it("can be read without eyes: a language, a title, headings in order, and headings for every row and column", () => {
    assert.match(page, /^<!doctype html>\n<html lang="en">/);
    assert.match(page, /<title>Policy report: prod, staging<\/title>/);
    const levels = [...page.matchAll(/<h([1-6])/g)].map(([, level]) => Number(level));
    assert.equal(levels[0], 1);
    for (const [index, level] of levels.entries()) assert.ok(level <= (levels[index - 1] ?? 0) + 1);
    assert.doesNotMatch(page, /<th>/);
    assert.equal(page.match(/<table>/g)?.length, page.match(/<caption>/g)?.length);
  });

  it("is written for paper too: everything open, links with where they lead", () => {
    assert.match(page, /@media print \{.*details::details-content \{[^}]*block-size: auto/s);
    assert.match(page, /a\[href\^="http"\]::after/);
  });

  it("lets no text of a program or an exemption into the markup", () => {
    const text = html.write([hostileReport()]);
    assert.doesNotMatch(text, /<script|<\/script/);
    assert.ok(text.includes("&lt;script&gt;|`&quot;&#39;&amp;*_[x](https://evil.example)@team{0}&lt;/script&gt;"));
    assert.doesNotMatch(text, /href="(?!#|https:\/\/(www\.aicpa|doi))/);
    // Every tag is one of those that the page is made of.
    const tags = new Set(
      [...text.replace(/<style>.*<\/style>/s, "").matchAll(/<\/?([a-z0-9]+)/g)].map(([, tag]) => tag),
    );
    const known =
      "a body caption code dd details div dl dt h1 h2 h3 h4 head header html li main meta nav p section span strong summary table tbody td th thead time title tr ul";
    assert.deepEqual(
      [...tags].filter((tag) => !known.split(" ").includes(tag ?? "")),
      [],
    );
  });
});
