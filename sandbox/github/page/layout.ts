import { createHash } from "node:crypto";
import { html, raw } from "hono/html";

/** Escaped HTML: `html` of hono escapes every value that is put in. */
export type Html = ReturnType<typeof html>;

const style = `
:root { color-scheme: light dark; --line: light-dark(#d1d9e0, #3d444d); --quiet: light-dark(#59636e, #9198a1); --link: light-dark(#0969da, #4493f8); }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; }
header { border-bottom: 1px solid var(--line); margin-bottom: 1.5rem; padding-bottom: .5rem; color: var(--quiet); }
h1 { font-size: 1.5rem; margin: .25rem 0 1rem; } h2 { font-size: 1.15rem; margin: 0 0 .5rem; }
a { color: var(--link); } ul { margin: .25rem 0; padding-left: 1.25rem; } dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; margin: 0; }
dt { color: var(--quiet); } dd { margin: 0; overflow-wrap: anywhere; }
section { border: 1px solid var(--line); border-radius: 6px; padding: 1rem; margin-bottom: 1rem; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
code { font: 13px ui-monospace, monospace; overflow-wrap: anywhere; } .quiet { color: var(--quiet); }
`;

const styleHash = createHash("sha256").update(style).digest("base64");

/** Sent with every page: no scripts, no other sources, no framing. */
export const pageHeaders: Readonly<Record<string, string>> = {
  "Content-Security-Policy": `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cache-Control": "no-store",
};

/** A whole page. @param trail links above the title, as [text, path] */
export function layout(title: string, trail: readonly (readonly [string, string])[], body: Html): Html {
  const crumbs = trail.map(([text, path]) => html` / <a href="${path}">${text}</a>`);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · local GitHub</title>
<style>${raw(style)}</style>
</head>
<body>
<header><a href="/">Local GitHub</a>${crumbs}</header>
<main>
<h1>${title}</h1>
${body}
</main>
</body>
</html>`;
}
