import { randomUUID } from "node:crypto";
import { closeSync, existsSync, openSync, readFileSync, statSync, writeSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { writeAtomically } from "../system/files.ts";

const message = z.object({
  id: z.string(),
  /** ISO 8601, UTC. */
  receivedAt: z.string(),
  kind: z.enum(["mail", "slack"]),
  /** Recipients of a mail, or the channel. */
  to: z.string(),
  from: z.string(),
  subject: z.string(),
  text: z.string(),
  /** Names, types and sizes; the contents are not kept. */
  attachments: z.array(z.string()),
});

/** A notification as the inbox keeps it. */
export type Message = z.infer<typeof message>;

/** The newest so many are kept. */
export const keptMessages = 1000;
/** Characters of text kept of one message. */
const keptText = 64 * 1024;

/** The messages, in memory and, one JSON document a line, in `messages.jsonl`. */
export class MessageStore {
  private readonly file: string;
  private messages: Message[];

  /** Reads what is there; a line that a crash cut short is left out. */
  constructor(directory: string) {
    this.file = path.join(directory, "messages.jsonl");
    const lines = existsSync(this.file) ? readFileSync(this.file, "utf8").split("\n") : [];
    this.messages = lines.flatMap(parseLine);
    this.rewrite();
  }

  /** Keeps a message; it is on disk when this returns. */
  add(received: Omit<Message, "id" | "receivedAt">): Message {
    const text = received.text.length > keptText ? `${received.text.slice(0, keptText)}\n(cut)` : received.text;
    const kept = { id: randomUUID(), receivedAt: new Date().toISOString(), ...received, text };
    this.messages.push(kept);
    if (this.messages.length > keptMessages * 1.2 || !statSync(this.file, { throwIfNoEntry: false })) this.rewrite();
    else this.append(kept);
    return kept;
  }

  /** Newest first. */
  list(): Message[] {
    return this.messages.toReversed();
  }

  clear(): void {
    this.messages = [];
    this.rewrite();
  }

  private append(kept: Message): void {
    const descriptor = openSync(this.file, "a");
    try {
      writeSync(descriptor, `${JSON.stringify(kept)}\n`);
    } finally {
      closeSync(descriptor);
    }
  }

  private rewrite(): void {
    this.messages = this.messages.slice(-keptMessages);
    writeAtomically(this.file, this.messages.map((kept) => `${JSON.stringify(kept)}\n`).join(""));
  }
}

function parseLine(line: string): Message[] {
  try {
    return [message.parse(JSON.parse(line))];
  } catch {
    return [];
  }
}
