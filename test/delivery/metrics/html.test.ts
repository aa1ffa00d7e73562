import assert from "node:assert/strict";
import fc from "fast-check";
import { metricsHtml } from "../../../delivery/metrics/html/page.ts";
import { axis } from "../../../delivery/metrics/html/scale.ts";
import { metricsReport } from "../../../delivery/metrics/report.ts";
import { deployment, facts, promotion, smallProcess } from "./support/facts.ts";

const now = "2026-11-27T12:00:00.000Z";
const page = metricsHtml(
  metricsReport(
    smallProcess,
    facts({
      promotions: [promotion({ id: 1 }), promotion({ id: 2, environment: "staging" })],
      deployments: [
        deployment({ id: 1, startedAt: "2026-11-17T15:00:00.000Z", verdict: "failed" }),
        deployment({ id: 2, startedAt: "2026-11-16T15:00:00.000Z", environment: "staging" }),
      ],
    }),
    { now },
  ),
);

describe("the page of metrics", () => {
  it("needs nothing from elsewhere and runs no script", () => {
    assert.doesNotMatch(page, /<script|<link|<img|<iframe|@import|url\((?!#)|\son\w+=|https?:/i);
    assert.match(page, /Content-Security-Policy" content="default-src 'none'/);
  });

  it("describes every drawing, and tells it again in a table", () => {
    const figures = page.match(/<figure>.*?<\/figure>/gs) ?? [];
    assert.equal(figures.length, 6);
    for (const figure of figures) {
      const [, label] = /aria-labelledby="([^"]+)"/.exec(figure) ?? [];
      for (const id of label?.split(" ") ?? ["none"])
        assert.match(figure, new RegExp(`<(title|desc) id="${id}">[^<]+<`));
      assert.match(figure, /<table>.*2026-W47.*<\/table>/s);
    }
  });

  it("has no id twice, so that no drawing takes another's patterns", () => {
    const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
    assert.equal(new Set(ids).size, ids.length);
    for (const [, id] of page.matchAll(/url\(#([^)]+)\)/g)) assert.ok(ids.includes(id), id);
  });

  it("says every verdict in words", () => {
    assert.match(page, /1 deployment: too few to judge/);
  });

  it("lets no text of the process into the markup", () => {
    const title = `</title><script>alert("x")</script>`;
    const text = metricsHtml(metricsReport({ ...smallProcess, title }, facts({}), { now }));
    assert.ok(!text.includes("<script"));
    assert.ok(text.includes("&lt;script&gt;alert(&quot;x&quot;)"));
  });
});

describe("an axis", () => {
  const table: readonly [largest: number, least: number, ticks: readonly number[]][] = [
    [3, 1, [0, 1, 2, 3]],
    [1, 1, [0, 1]],
    [7, 1, [0, 2, 4, 6, 8]],
    [0.8, 0, [0, 0.2, 0.4, 0.6, 0.8]],
    [130, 0, [0, 50, 100, 150]],
  ];
  for (const [largest, least, ticks] of table) {
    it(`for ${largest} has ${ticks.join(", ")}`, () => assert.deepEqual(axis(largest, least).ticks, ticks));
  }

  it("has room for every value, and few ticks", () => {
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 1e6, noNaN: true }), (largest) => {
        const { ticks, top } = axis(largest);
        assert.ok(top >= largest * (1 - 1e-6) && ticks.length >= 2 && ticks.length <= 6, `${ticks}`);
      }),
    );
  });
});
