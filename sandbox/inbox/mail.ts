import PostalMime from "postal-mime";
import { SMTPServer } from "smtp-server";
import type { Message, MessageStore } from "./store.ts";

/** The largest mail that is taken, in bytes, attachments included. */
const maxMailSize = 10 * 1024 * 1024;

/** An SMTP server on 127.0.0.1 that takes every mail, with any or no user, and delivers none. */
export function createMailServer(store: MessageStore): SMTPServer {
  return new SMTPServer({
    authOptional: true,
    allowInsecureAuth: true,
    onAuth: (_credentials, _session, callback) => callback(null, { user: "anyone" }),
    disabledCommands: ["STARTTLS"],
    disableReverseLookup: true,
    banner: "Slipway inbox: nothing is delivered",
    size: maxMailSize,
    maxClients: 50,
    socketTimeout: 60_000,
    logger: false,
    onData: (stream, session, callback) => {
      const chunks: Buffer[] = [];
      let size = 0;
      stream.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size <= maxMailSize) chunks.push(chunk);
      });
      stream.once("error", callback);
      stream.once("end", () => {
        if (stream.sizeExceeded || size > maxMailSize) return callback(refusal(552, "The mail is larger than 10 MB"));
        const recipients = session.envelope.rcptTo.map(({ address }) => address);
        readMail(Buffer.concat(chunks), recipients).then(
          (mail) => {
            store.add(mail);
            callback();
          },
          () => callback(refusal(554, "The mail cannot be read")),
        );
      });
    },
  });
}

/** A mail as the inbox shows it. @param recipients the envelope's, which include hidden ones */
async function readMail(raw: Buffer, recipients: readonly string[]): Promise<Omit<Message, "id" | "receivedAt">> {
  const mail = await PostalMime.parse(raw, { attachmentEncoding: "arraybuffer" });
  const from = mail.from;
  return {
    kind: "mail",
    to: recipients.join(", "),
    from: from ? [from.name, from.address ? `<${from.address}>` : ""].filter(Boolean).join(" ") : "",
    subject: mail.subject ?? "",
    text: mail.text ?? textOfHtml(mail.html ?? ""),
    attachments: mail.attachments.map(
      ({ filename, mimeType, content }) => `${filename ?? "unnamed"} (${mimeType}, ${sizeOf(content)} bytes)`,
    ),
  };
}

function sizeOf(content: ArrayBuffer | Uint8Array | string): number {
  return typeof content === "string" ? content.length : content.byteLength;
}

/** A rough reading of HTML for people; the page escapes it like any other text. */
function textOfHtml(html: string): string {
  return html
    .replace(/<(style|script|head)\b[\s\S]*?<\/\1\s*>/gi, "")
    .replace(/<a\b[^>]*href="([^"]*)"[^>]*>([\s\S]*?)<\/a>/gi, "$2 ($1)")
    .replace(/<(br|\/p|\/div|\/tr|\/h[1-6]|\/li)\b[^>]*>/gi, "\n")
    .replace(/<[^>]*>/g, "")
    .replace(/&nbsp;/g, " ")
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, "&")
    .replace(/\n\s*\n\s*\n+/g, "\n\n")
    .trim();
}

function refusal(responseCode: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode });
}
