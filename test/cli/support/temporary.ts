import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const folders: string[] = [];

/** A new folder that is removed when all tests are done. */
export function temporaryFolder(name = "slipway-test-"): string {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), name)));
  folders.push(folder);
  return folder;
}

after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Writes a file, its folders included. @returns its path */
export function write(file: string, text: string): string {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

/** Writes an executable shell script. @returns its path */
export function script(file: string, body: string): string {
  write(file, `#!/bin/sh\n${body}\n`);
  chmodSync(file, 0o755);
  return file;
}
