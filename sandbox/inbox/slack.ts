import { z } from "zod";

/** Slack's limits: https://docs.slack.dev/reference/block-kit/blocks and /legacy/legacy-messaging/legacy-secondary-message-attachments */
const [maxBlocks, maxAttachments] = [50, 100];

const payload = z.looseObject({
  text: z.string().optional(),
  username: z.string().optional(),
  blocks: z.array(z.looseObject({ type: z.string() })).optional(),
  attachments: z.array(z.looseObject({})).optional(),
});

/** What the webhook answers, as Slack would: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks#errors */
export type SlackAnswer =
  | { readonly accepted: true; readonly text: string; readonly from: string }
  | {
      readonly accepted: false;
      readonly error: "invalid_payload" | "no_text" | "invalid_blocks" | "too_many_attachments";
    };

/**
 * Judges a message to an incoming webhook.
 * @param body JSON, or a form whose field `payload` is JSON
 * @param contentType the request's content type
 */
export function readSlackMessage(body: string, contentType: string): SlackAnswer {
  const json = contentType.startsWith("application/x-www-form-urlencoded")
    ? new URLSearchParams(body).get("payload")
    : body;
  const parsed = payload.safeParse(parseJson(json ?? ""));
  if (!parsed.success) return { accepted: false, error: "invalid_payload" };
  const { text = "", blocks = [], attachments = [], username = "" } = parsed.data;
  if (blocks.length > maxBlocks) return { accepted: false, error: "invalid_blocks" };
  if (attachments.length > maxAttachments) return { accepted: false, error: "too_many_attachments" };
  if (text.trim() === "" && blocks.length === 0 && attachments.length === 0)
    return { accepted: false, error: "no_text" };
  // With blocks, Slack shows `text` in notifications only.
  const lines = [...(blocks.length > 0 ? [] : [text]), ...blocks.flatMap(textsOf), ...attachments.flatMap(textsOf)];
  const shown = lines.filter((line) => line.trim() !== "").join("\n");
  return { accepted: true, text: plain(shown || text), from: username };
}

/** All text that a block or an attachment would show, in order: texts, fields, titles, elements, the addresses of buttons. */
function textsOf(value: unknown, depth = 0): string[] {
  if (depth > 8) return [];
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap((item) => textsOf(item, depth + 1));
  if (typeof value !== "object" || value === null) return [];
  const shown = [
    "pretext",
    "title",
    "title_link",
    "text",
    "value",
    "alt_text",
    "fields",
    "elements",
    "accessory",
    "blocks",
    "url",
    "footer",
  ];
  const record = value as Record<string, unknown>;
  return shown.flatMap((key) => textsOf(record[key], depth + 1));
}

/** Slack's links and escapes as plain text: `<https://x|name>` becomes "name (https://x)". */
function plain(text: string): string {
  return text
    .replace(/<(https?:[^|>\s]+)\|([^>]*)>/g, "$2 ($1)")
    .replace(/<(https?:[^>\s]+)>/g, "$1")
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&amp;/g, "&");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
