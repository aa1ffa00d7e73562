import { rm } from "node:fs/promises";
import path from "node:path";
import { removeDatabases } from "../aws/data-plane/place.ts";
import { isLocalDatabase } from "../aws/data-plane/server-name.ts";
import { SandboxError } from "../errors.ts";
import type { Part } from "../parts.ts";
import { privateDirectory } from "../system/files.ts";
import { checkHealthz, nodeServer } from "./node-server.ts";

const entry = path.resolve(import.meta.dirname, "../aws/main.ts");

/** An AWS for stacks that are not local: MiniStack behind a gateway, with real databases, caches and tasks. */
export const aws: Part = {
  name: "aws",
  title: "AWS",
  ports: ["aws", "aws-emulator"],
  // Databases end in peace before the gateway does.
  stopSignals: [["SIGTERM", 30_000]],
  // What ends PostgreSQL fast, and the other programs too.
  leftoverSignal: "SIGINT",
  readyLimit: 90_000,

  command: async ({ settings, layout, port }) => {
    const { awsPython, cacheBinary, kubernetesBinary } = settings;
    if (!awsPython) {
      throw new SandboxError({
        what: "MiniStack, the local AWS, is not installed.",
        remedy: "Run ./slipway up for a stack that needs it; that installs it.",
      });
    }
    const options = { port: port("aws"), "emulator-port": port("aws-emulator"), root: layout.root, python: awsPython };
    const programs = { "cache-binary": cacheBinary, "kubernetes-binary": kubernetesBinary };
    const given = Object.entries(programs).filter(([, file]) => file !== undefined);
    const all = { ...options, ...Object.fromEntries(given) };
    const args = Object.entries(all).flatMap(([name, value]) => [`--${name}`, String(value)]);
    return nodeServer(entry, args, {}, layout.data("aws"));
  },

  prepare: async ({ layout }) => {
    privateDirectory(layout.data("aws"));
  },

  check: (context) => checkHealthz(context.port("aws")),

  isLeftover: (process, { layout }) => isLocalDatabase(process.command, layout),

  removeData: async ({ layout }) => {
    await removeDatabases(layout);
    await rm(layout.data("aws"), { recursive: true, force: true });
  },
};
