import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import path from "node:path";
import { RestartNeeded } from "../errors.ts";
import type { Part } from "../parts.ts";
import { secretFile } from "../secrets.ts";
import { privateDirectory } from "../system/files.ts";
import { checkHealthz, nodeServer } from "./node-server.ts";

const entry = path.resolve(import.meta.dirname, "../github/main.ts");

/** A GitHub for one organization, which answers by GitHub's own API description. */
export const github: Part = {
  name: "github",
  title: "GitHub",
  ports: ["github"],
  stopSignals: [["SIGTERM", 5000]],
  leftoverSignal: "SIGTERM",
  readyLimit: 30_000,

  command: async (context) => {
    const data = context.layout.data("github");
    return nodeServer(
      entry,
      ["--port", String(context.port("github")), "--data", data],
      { SLIPWAY_GITHUB_TOKEN_FILE: context.layout.githubToken },
      data,
    );
  },

  prepare: async ({ layout }) => {
    privateDirectory(layout.data("github"));
    secretFile(layout, layout.githubToken);
  },

  check: async (context) => {
    const { githubToken } = context.layout;
    if (!existsSync(githubToken)) throw new RestartNeeded(`its token is gone from ${githubToken}`);
    await checkHealthz(context.port("github"));
  },

  removeData: async ({ layout }) => {
    await rm(layout.data("github"), { recursive: true, force: true });
    await rm(layout.githubToken, { force: true });
  },
};
