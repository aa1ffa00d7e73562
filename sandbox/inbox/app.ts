import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { contentSecurityPolicy, inboxPage } from "./page.ts";
import { readSlackMessage } from "./slack.ts";
import type { MessageStore } from "./store.ts";

/** The largest Slack message that is taken, in bytes. */
const maxSlackSize = 1024 * 1024;

/** Names under which this server may be addressed; any other is a page of the web that points its name at 127.0.0.1. */
const ownHost = /^(127\.0\.0\.1|localhost)(:\d+)?$/;

/** The inbox's HTTP side: Slack's incoming webhooks, the page, and the messages as JSON. */
export function createInboxApp(store: MessageStore): Hono {
  const app = new Hono();

  app.use(async (context, next) => {
    if (!ownHost.test(context.req.header("host") ?? "")) return context.text("unknown host", 421);
    await next();
    context.header("content-security-policy", contentSecurityPolicy);
    context.header("x-content-type-options", "nosniff");
    context.header("referrer-policy", "no-referrer");
    context.header("cross-origin-resource-policy", "same-origin");
    context.header("cache-control", "no-store");
  });

  app.get("/healthz", (context) => context.text("ok"));
  app.get("/", (context) => context.html(inboxPage(store.list())));
  app.get("/api/messages", (context) => context.json(store.list()));
  app.delete("/api/messages", (context) => {
    store.clear();
    return context.body(null, 204);
  });

  const limit = bodyLimit({ maxSize: maxSlackSize, onError: (context) => context.text("invalid_payload", 413) });
  app.post("/slack/:channel{[A-Za-z0-9._-]{1,80}}", limit, async (context) => {
    const message = readSlackMessage(await context.req.text(), context.req.header("content-type") ?? "");
    if (!message.accepted) return context.text(message.error, 400);
    store.add({
      kind: "slack",
      to: context.req.param("channel"),
      from: message.from,
      subject: "",
      text: message.text,
      attachments: [],
    });
    return context.text("ok");
  });

  return app;
}
