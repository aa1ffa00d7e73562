import type { Call, Reply } from "./call.ts";

/**
 * Answers one page of a list: `per_page` items (30 unless told, 100 at most) from `page` on, and a Link header that leads
 * to the others.
 * @param wrap puts the page into the answer's body. @default the bare list
 */
export function page<Item, View>(
  call: Call,
  items: readonly Item[],
  view: (item: Item) => View,
  wrap: (views: View[], total: number) => unknown = (views) => views,
): Reply {
  const size = Math.min(Math.max(numberOr(call.query.per_page, 30), 1), 100);
  const number = Math.max(numberOr(call.query.page, 1), 1);
  const last = Math.max(Math.ceil(items.length / size), 1);
  const views = items.slice((number - 1) * size, number * size).map(view);
  const links: string[] = [];
  const link = (rel: string, target: number): void => {
    const url = new URL(call.url);
    url.searchParams.set("page", String(target));
    links.push(`<${url.href}>; rel="${rel}"`);
  };
  if (number > 1) link("prev", Math.min(number - 1, last));
  if (number < last) {
    link("next", number + 1);
    link("last", last);
  }
  if (number > 1) link("first", 1);
  return { status: 200, body: wrap(views, items.length), headers: links.length > 0 ? { Link: links.join(", ") } : {} };
}

function numberOr(value: unknown, fallback: number): number {
  return typeof value === "number" ? value : fallback;
}
