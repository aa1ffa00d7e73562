import { html } from "./escape.ts";
import { type Axis, axis } from "./scale.ts";

/** Everything that a chart shows is also in the table beneath it; a drawing alone says nothing to those who do not see it. */
export interface Chart {
  /** Unique on the page. */
  readonly id: string;
  readonly title: string;
  /** One sentence: what is to be seen. */
  readonly description: string;
  /** The weeks, the oldest first: "2026-W49". */
  readonly weeks: readonly string[];
  /** What the axis counts, for its label: "deployments", "hours". */
  readonly unit: string;
  /** Lines across, such as targets. */
  readonly lines: readonly { readonly at: number; readonly label: string }[];
}

/** Parts of a bar, from the ground up. Each has a pattern of its own beside its colour. */
export interface Layer {
  readonly label: string;
  readonly pattern: "solid" | "hatched" | "dotted";
  readonly values: readonly number[];
}

/** On the right there is room for the lines' labels, where they hide nothing. */
const size = { width: 640, height: 244, left: 44, right: 48, top: 26, bottom: 42 } as const;
const plot = { width: size.width - size.left - size.right, height: size.height - size.top - size.bottom } as const;

/** A bar for each week. */
export function barChart(chart: Chart, layers: readonly Layer[]): string {
  const totals = chart.weeks.map((_, index) => layers.reduce((sum, { values }) => sum + (values[index] ?? 0), 0));
  const scale = axis(Math.max(1, ...totals, ...chart.lines.map(({ at }) => at)), 1);
  const slot = plot.width / chart.weeks.length;
  const width = Math.min(32, slot * 0.66);
  const bars = chart.weeks.map((week, index) => {
    let ground = 0;
    const parts = layers.map(({ label, pattern, values }) => {
      const value = values[index] ?? 0;
      ground += value;
      if (value === 0) return "";
      const box = `x="${px(size.left + slot * (index + 0.5) - width / 2)}" y="${px(y(ground, scale))}" width="${px(width)}" height="${px((value / scale.top) * plot.height)}"`;
      return `<rect class="${pattern}" ${box} fill="url(#${chart.id}-${pattern})"><title>${html(`${week}: ${value} ${label}`)}</title></rect>`;
    });
    const total = totals[index] ?? 0;
    const text =
      total === 0
        ? ""
        : `<text class="value" x="${px(size.left + slot * (index + 0.5))}" y="${px(y(total, scale) - 5)}">${total}</text>`;
    return parts.join("") + text;
  });
  return drawing(chart, scale, `<g>${bars.join("")}</g>`, patterns(chart.id));
}

/** A point for each week that has a value, joined where no week lies between that has none. */
export function pointChart(chart: Chart, values: readonly (number | null)[]): string {
  const known = values.filter((value) => value !== null);
  const scale = axis(Math.max(1, ...known, ...chart.lines.map(({ at }) => at)));
  const slot = plot.width / chart.weeks.length;
  const place = (value: number, index: number) => `${px(size.left + slot * (index + 0.5))} ${px(y(value, scale))}`;
  const path = values
    .map((value, index) => {
      if (value === null) return "";
      return `${(values[index - 1] ?? null) === null ? "M" : "L"}${place(value, index)}`;
    })
    .join("");
  const points = values.map((value, index) => {
    if (value === null) return "";
    const [x, top] = place(value, index).split(" ");
    return `<circle class="point" cx="${x}" cy="${top}" r="4"><title>${html(`${chart.weeks[index]}: ${round(value)} ${chart.unit}`)}</title></circle>`;
  });
  const empty =
    known.length > 0
      ? ""
      : `<text class="empty" x="${px(size.left + plot.width / 2)}" y="${px(size.top + plot.height / 2)}">nothing to measure</text>`;
  return drawing(chart, scale, `<path class="line" d="${path}"/>${points.join("")}${empty}`);
}

function drawing(chart: Chart, scale: Axis, content: string, definitions = ""): string {
  const { description, id, lines, title, unit, weeks } = chart;
  const right = size.width - size.right;
  const grid = scale.ticks.map(
    (tick) =>
      `<line class="grid" x1="${size.left}" x2="${right}" y1="${px(y(tick, scale))}" y2="${px(y(tick, scale))}"/>` +
      `<text class="tick" x="${size.left - 6}" y="${px(y(tick, scale) + 4)}">${round(tick)}</text>`,
  );
  const targets = lines.map(
    ({ at, label }) =>
      `<line class="target" x1="${size.left}" x2="${right}" y1="${px(y(at, scale))}" y2="${px(y(at, scale))}"/>` +
      `<text class="target-label" x="${right + 5}" y="${px(y(at, scale) + 4)}">${html(label)}</text>`,
  );
  return [
    `<svg viewBox="0 0 ${size.width} ${size.height}" role="img" aria-labelledby="${id}-title ${id}-description">`,
    `<title id="${id}-title">${html(title)}</title><desc id="${id}-description">${html(description)}</desc>`,
    definitions,
    ...grid,
    content,
    ...targets,
    ...weekLabels(weeks),
    `<text class="unit" x="${size.left}" y="12">${html(unit)}</text>`,
    "</svg>",
  ].join("");
}

/** As many week numbers as there is room for, and the year where it begins. */
function weekLabels(weeks: readonly string[]): string[] {
  const slot = plot.width / weeks.length;
  const every = Math.ceil(34 / slot);
  const ground = size.top + plot.height;
  return weeks.map((week, index) => {
    const [year, number] = week.split("-");
    const first = index === 0 || weeks[index - 1]?.slice(0, 4) !== year;
    const x = px(size.left + slot * (index + 0.5));
    const label =
      index % every === 0 ? `<text class="week" x="${x}" y="${ground + 16}">${html(number ?? week)}</text>` : "";
    return label + (first ? `<text class="week" x="${x}" y="${ground + 31}">${html(year ?? "")}</text>` : "");
  });
}

/** Hatched and dotted, so that nobody needs the colours: they are lost in print and to some eyes. */
function patterns(id: string): string {
  const pattern = (name: string, content: string, angle = 0) =>
    `<pattern id="${id}-${name}" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(${angle})">` +
    `<rect class="${name}-ground" width="7" height="7"/>${content}</pattern>`;
  return `<defs>${pattern("solid", "")}${pattern("hatched", '<rect class="hatched-sign" width="2.5" height="7"/>', 45)}${pattern(
    "dotted",
    '<circle class="dotted-sign" cx="3.5" cy="3.5" r="1.4"/>',
  )}</defs>`;
}

/** The key to a bar chart's patterns. */
export function key(id: string, layers: readonly Layer[]): string {
  const items = layers.map(
    ({ label, pattern }) =>
      `<li><svg class="swatch" viewBox="0 0 16 16" aria-hidden="true"><rect class="${pattern}" width="16" height="16" fill="url(#${id}-${pattern})"/></svg>${html(label)}</li>`,
  );
  return `<ul class="key">${items.join("")}</ul>`;
}

function y(value: number, scale: Axis): number {
  return size.top + plot.height * (1 - value / scale.top);
}

function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
