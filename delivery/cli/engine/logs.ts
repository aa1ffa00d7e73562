import { readdirSync, rmSync, statSync } from "node:fs";
import path from "node:path";

/** How many of the engine's own logs are kept: it writes one for every command and removes none. */
const keptLogs = 20;

/** Removes the oldest of the engine's logs in a PULUMI_HOME. */
export function pruneEngineLogs(home: string): void {
  const folder = path.join(home, "logs");
  const files = readFolder(folder).map((name) => {
    const file = path.join(folder, name);
    return { file, changed: statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0 };
  });
  for (const { file } of files.sort((a, b) => b.changed - a.changed).slice(keptLogs)) {
    rmSync(file, { recursive: true, force: true });
  }
}

function readFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
