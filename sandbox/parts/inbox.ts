import { rm } from "node:fs/promises";
import path from "node:path";
import type { Part } from "../parts.ts";
import { privateDirectory } from "../system/files.ts";
import { checkHealthz, nodeServer } from "./node-server.ts";

const entry = path.resolve(import.meta.dirname, "../inbox/main.ts");

/** Receives what would be mail and Slack messages, and shows them. */
export const inbox: Part = {
  name: "inbox",
  title: "Inbox",
  ports: ["inbox", "inbox-smtp"],
  stopSignals: [["SIGTERM", 5000]],
  leftoverSignal: "SIGTERM",
  readyLimit: 30_000,

  command: async (context) => {
    const data = context.layout.data("inbox");
    const ports = ["--port", String(context.port("inbox")), "--smtp-port", String(context.port("inbox-smtp"))];
    return nodeServer(entry, [...ports, "--data", data], {}, data);
  },

  prepare: async ({ layout }) => {
    privateDirectory(layout.data("inbox"));
  },

  check: (context) => checkHealthz(context.port("inbox")),

  removeData: async ({ layout }) => rm(layout.data("inbox"), { recursive: true, force: true }),
};
