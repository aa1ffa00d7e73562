import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { mkdir, open, rename, rm } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { canonicalJson } from "./flag.ts";
import type { StoredFlag } from "./translate.ts";

type Flags = Readonly<Record<string, StoredFlag>>;

const format = "slipway flags 1";
const mostBytes = 256 * 1024 * 1024;

const fileSchema = z.object({
  format: z.literal(format),
  environment: z.string(),
  savedAt: z.iso.datetime(),
  digest: z.string(),
  flags: z.record(
    z.string(),
    z.object({
      enabled: z.boolean(),
      rollout: z.int().min(0).max(100),
      targeting: z.unknown(),
      waitsFor: z.string().optional(),
    }),
  ),
});

/**
 * Flags as a process last saw them, for one that starts while the database is gone.
 * @returns undefined when there is no such file
 * @throws Error for one that is damaged, of another environment or of another format: better no flags than wrong ones
 */
export function readSnapshotFile(file: string, environment: string): Flags | undefined {
  try {
    const { size } = statSync(file);
    if (size > mostBytes) throw new Error(`it is larger than ${mostBytes} bytes`);
    const content = fileSchema.parse(JSON.parse(readFileSync(file, "utf8")));
    if (content.environment !== environment) throw new Error(`it is ${content.environment}'s, not ${environment}'s`);
    if (content.digest !== digestOf(content.flags)) throw new Error("its digest is not that of its flags");
    return content.flags;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    const why = error instanceof z.ZodError ? "it is no snapshot of flags" : (error as Error).message;
    throw new Error(`${file}: the snapshot of the flags is not used: ${why}. The next one replaces it.`, {
      cause: error,
    });
  }
}

/** Writes a snapshot so that a reader finds the old one or the new one, whole, whenever this is killed or the disk is full. */
async function writeSnapshotFile(file: string, environment: string, flags: Flags): Promise<void> {
  const content = { format, environment, savedAt: new Date().toISOString(), digest: digestOf(flags), flags };
  const temporary = `${file}.${process.pid}.tmp`;
  await mkdir(path.dirname(file), { recursive: true });
  try {
    const handle = await open(temporary, "w", 0o600);
    try {
      await handle.writeFile(JSON.stringify(content));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw new Error(`${file}: the snapshot of the flags could not be saved: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** Saves snapshots in the background, one at a time: of those that come while one is written, the last. */
export class SnapshotFile {
  private readonly file: string;
  private readonly environment: string;
  private readonly report: (problem: Error) => void;
  private next: Flags | undefined;
  private writing: Promise<void> | undefined;

  constructor(file: string, environment: string, report: (problem: Error) => void) {
    this.file = file;
    this.environment = environment;
    this.report = report;
  }

  save(flags: Flags): void {
    this.next = flags;
    this.writing ??= this.write().finally(() => {
      this.writing = undefined;
    });
  }

  /** When everything is saved that came until now. */
  async settled(): Promise<void> {
    await this.writing;
  }

  private async write(): Promise<void> {
    for (let flags = this.next; flags !== undefined; flags = this.next) {
      this.next = undefined;
      await writeSnapshotFile(this.file, this.environment, flags).catch((error: Error) => this.report(error));
    }
  }
}

function digestOf(flags: Flags): string {
  return createHash("sha256").update(canonicalJson(flags)).digest("base64");
}
