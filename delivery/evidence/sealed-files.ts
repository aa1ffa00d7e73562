import { createHash } from "node:crypto";
import { z } from "zod";

/** Files with an index of their digests, which is a file too. */
export interface SealedFiles {
  /** Content by path, "/" between folders; `index.json` among them. */
  readonly files: ReadonlyMap<string, string>;
  /** SHA-256 of the index, hex: it stands for all of them. */
  readonly digest: string;
}

export const indexName = "index.json";
const format = "slipway sealed files 1";

/** Names that every file system takes, and none that leaves the folder. */
const filePath = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*){0,3}$/);

const indexSchema = z.strictObject({
  format: z.literal(format),
  files: z.array(z.strictObject({ path: filePath, bytes: z.int().min(0), sha256: z.string().regex(/^[0-9a-f]{64}$/) })),
});

/** What an index says of one file. */
export type IndexedFile = z.infer<typeof indexSchema>["files"][number];

/**
 * Adds the index.
 * @throws Error for a path that no index may have: that is a mistake of the program.
 */
export function sealFiles(files: ReadonlyMap<string, string>): SealedFiles {
  const paths = [...files.keys()].sort();
  const index = {
    format,
    files: paths.map((path) => {
      const content = files.get(path) ?? "";
      return { path: filePath.parse(path), bytes: Buffer.byteLength(content), sha256: sha256(content) };
    }),
  };
  const text = `${JSON.stringify(index, null, 2)}\n`;
  return {
    files: new Map([...paths.map((path) => [path, files.get(path) ?? ""] as const), [indexName, text]]),
    digest: sha256(text),
  };
}

/** @returns undefined for what is no index */
export function readIndex(text: string): readonly IndexedFile[] | undefined {
  try {
    return indexSchema.parse(JSON.parse(text)).files;
  } catch {
    return undefined;
  }
}

export function sha256(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}
