import { createHash } from "node:crypto";
import { html, raw } from "hono/html";
import type { Message } from "./store.ts";

const style = `
:root { color-scheme: light dark; --line: light-dark(#d7dae0, #3a3f4a); --soft: light-dark(#5b6270, #a3abb8); --card: light-dark(#fff, #1d2027); }
body { margin: 0; background: light-dark(#f4f5f7, #14161b); color: light-dark(#1b1e24, #e6e8ec); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 52rem; margin: 0 auto; padding: 1.5rem 1rem; }
h1 { font-size: 1.3rem; margin: 0; }
header p, .empty { color: var(--soft); margin: .2rem 0 1.2rem; }
article { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .8rem 1rem; margin: 0 0 .8rem; }
h2 { font-size: 1rem; margin: 0 0 .2rem; overflow-wrap: anywhere; }
.about { color: var(--soft); font-size: .85rem; margin: 0; overflow-wrap: anywhere; }
.kind { border: 1px solid var(--line); border-radius: 1rem; padding: 0 .5rem; margin-right: .4rem; }
pre { font: inherit; white-space: pre-wrap; overflow-wrap: anywhere; margin: .6rem 0 0; }
`;

/** Nothing but the style above: no script, image, form or frame, whatever a message holds. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** How many messages the page shows; the JSON has them all. */
const shownMessages = 200;

/** The inbox as a page that renews itself every five seconds. `html` escapes every value. */
export function inboxPage(messages: readonly Message[]): string {
  return String(html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="refresh" content="5">
    <title>${messages.length > 0 ? `(${messages.length}) ` : ""}Slipway inbox</title>
    <style>${raw(style)}</style>
  </head>
  <body>
    <main>
      <header>
        <h1>Slipway inbox</h1>
        <p>Mail and Slack messages that the sandbox received. Nothing leaves this machine. As JSON: /api/messages</p>
      </header>
      ${messages.length === 0 ? html`<p class="empty">No messages yet.</p>` : messages.slice(0, shownMessages).map(article)}
    </main>
  </body>
</html>
`);
}

function article(message: Message) {
  const { kind, to, from, subject, text, attachments, receivedAt } = message;
  return html`<article>
        <h2>${subject || (kind === "slack" ? `#${to}` : "(no subject)")}</h2>
        <p class="about"><span class="kind">${kind === "slack" ? "Slack" : "Mail"}</span><time datetime="${receivedAt}">${receivedAt.replace("T", " ").slice(0, 19)} UTC</time>${from ? html` · from ${from}` : ""} · to ${to}</p>
        <pre>${text}</pre>
        ${attachments.map((attachment) => html`<p class="about">Attachment: ${attachment}</p>`)}
      </article>`;
}
