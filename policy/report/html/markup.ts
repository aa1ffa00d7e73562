import { html } from "../../../delivery/metrics/html/escape.ts";

export { html };

/** A part of an id: what an anchor leads to. Letters and digits stay, everything else becomes its code. */
export function idPart(text: string): string {
  return text.replace(/[^a-zA-Z0-9-]/gu, (sign) => `_${sign.codePointAt(0)?.toString(16) ?? ""}_`);
}

/**
 * A table with a caption. The first cell of a row is its heading.
 *
 * @param rows cells that are HTML already
 */
export function table(caption: string, head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (row: readonly string[]) =>
    row.map((cell, index) => (index === 0 ? `<th scope="row">${cell}</th>` : `<td>${cell}</td>`)).join("");
  return [
    `<div class="wide"><table><caption>${html(caption)}</caption>`,
    `<thead><tr>${head.map((title) => `<th scope="col">${html(title)}</th>`).join("")}</tr></thead>`,
    `<tbody>${rows.map((row) => `<tr>${cells(row)}</tr>`).join("\n")}</tbody></table></div>`,
  ].join("\n");
}

/** A part that has to be opened; on paper it is open. @param summary HTML already */
export function details(summary: string, content: string): string {
  return `<details><summary>${summary}</summary>\n<div class="inside">\n${content}\n</div></details>`;
}

/** Terms and what they are. */
export function facts(rows: readonly (readonly [term: string, description: string])[]): string {
  return `<dl>${rows.map(([term, description]) => `<div><dt>${html(term)}</dt><dd>${description}</dd></div>`).join("\n")}</dl>`;
}

export function code(text: string): string {
  return `<code>${html(text)}</code>`;
}

/** A status or verdict: a sign, a word and a colour, none of which is needed where another can be read. */
export function badge(kind: keyof typeof signs, word: string): string {
  return `<span class="badge ${kind}"><span aria-hidden="true">${signs[kind]}</span> ${html(word)}</span>`;
}

const signs = {
  passed: "✓",
  failed: "✗",
  error: "!",
  exempt: "◐",
  unknown: "?",
  notApplicable: "·",
  notCovered: "○",
} as const;
