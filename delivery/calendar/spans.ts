/** A stretch of time: `start` belongs to it, `end` does not. Milliseconds since 1970. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The same moments as sorted spans that neither overlap nor touch: neighbours become one, empty ones vanish. */
export function union(spans: readonly Span[]): Span[] {
  const merged: { start: number; end: number }[] = [];
  for (const { start, end } of [...spans].sort((a, b) => a.start - b.start)) {
    if (start >= end) continue;
    const last = merged.at(-1);
    if (last && start <= last.end) last.end = Math.max(last.end, end);
    else merged.push({ start, end });
  }
  return merged;
}

/** What is left of `spans` without the moments of `denied`; both as `union` returns them. */
export function subtract(spans: readonly Span[], denied: readonly Span[]): Span[] {
  const left: Span[] = [];
  let next = 0;
  for (const span of spans) {
    while ((denied[next]?.end ?? Infinity) <= span.start) next += 1;
    let start = span.start;
    for (let index = next; start < span.end; index += 1) {
      const deny = denied[index];
      if (!deny || deny.start >= span.end) {
        left.push({ start, end: span.end });
        break;
      }
      if (deny.start > start) left.push({ start, end: deny.start });
      start = deny.end;
    }
  }
  return left;
}
