import { randomUUID } from "node:crypto";
import { link, mkdir, open, readdir, readFile, unlink } from "node:fs/promises";
import path from "node:path";
import type { CheckpointStore } from "./checkpoint.ts";

const ending = ".checkpoint";

/**
 * Keeps checkpoints as files that are written once: for the sandbox, and for whoever commits them to a repository.
 * @param directory made when it is not there
 */
export function checkpointFolder(directory: string): CheckpointStore {
  return {
    where: directory,
    async put(name, note) {
      await mkdir(directory, { recursive: true });
      const draft = path.join(directory, `.${name}.${randomUUID()}`);
      const handle = await open(draft, "w", 0o444);
      try {
        await handle.writeFile(note);
        await handle.sync();
      } finally {
        await handle.close();
      }
      // The whole file or none, and never in the place of another.
      await link(draft, path.join(directory, name)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== "EEXIST") throw error;
      });
      await unlink(draft);
    },
    async list() {
      const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return [];
        throw error;
      });
      const kept = names.filter((name) => name.endsWith(ending) && !name.startsWith(".")).sort();
      return Promise.all(
        kept.map(async (name) => ({ name, note: await readFile(path.join(directory, name), "utf8") })),
      );
    },
  };
}
