import { constants } from "node:fs";
import { lstat, mkdir, open, readdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { UserError } from "../errors.ts";
import { type IndexedFile, indexName, readIndex, type SealedFiles, sha256 } from "./sealed-files.ts";

/** What was found in a folder. */
export interface FolderCheck {
  /** SHA-256 of its index, hex; absent when there is none. The audit's entry of the export says what it should be. */
  readonly digest?: string;
  /** What is wrong, each a sentence; empty when every file is what the index says, and nothing else is there. */
  readonly problems: readonly string[];
}

/**
 * Writes files into a folder of their own: all of them or none, whenever this is killed. They are made beside it under another name,
 * which is changed at the end. Links are never followed, neither in the place of the folder nor of a file.
 *
 * @param folder is made; its parent too. One that has the same content already stays as it is.
 * @returns whether it was written now
 * @throws UserError when something else is there
 */
export async function writeSealedFolder(folder: string, sealed: SealedFiles): Promise<"written" | "unchanged"> {
  if (await isThere(folder, sealed)) return "unchanged";
  await mkdir(path.dirname(folder), { recursive: true });
  const draft = `${folder}.${process.pid}.tmp`;
  await rm(draft, { recursive: true, force: true });
  try {
    await mkdir(draft, { mode: 0o755 });
    for (const [name, content] of sealed.files) await writeNew(path.join(draft, ...name.split("/")), content, draft);
    await rename(draft, folder);
    return "written";
  } catch (error) {
    await rm(draft, { recursive: true, force: true }).catch(() => {});
    // Another was faster: good if theirs is the same.
    if (
      ["ENOTEMPTY", "EEXIST", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "") &&
      (await isThere(folder, sealed))
    )
      return "unchanged";
    throw new UserError(
      `${folder} could not be written (${(error as Error).message}).\n  Make room for it, or name another folder.`,
      { cause: error },
    );
  }
}

/**
 * Verifies that a folder's files are what its index says. Somebody who may write there can change both: the index's own digest, which
 * the audit keeps, tells.
 *
 * @param expected the digest that the index should have, hex. @default not compared
 */
export async function checkSealedFolder(folder: string, expected?: string): Promise<FolderCheck> {
  const kind = await kindOf(folder);
  if (kind !== "folder") return { problems: [`${folder} is ${kind ?? "not there"}, and should be a folder.`] };
  const text = await contentOf(path.join(folder, indexName));
  if (text === undefined) return { problems: [`${indexName} is missing, or no plain file.`] };
  const digest = sha256(text);
  const index = readIndex(text.toString("utf8"));
  if (index === undefined) return { digest, problems: [`${indexName} is damaged: it is no index of files.`] };
  const problems =
    expected === undefined || expected === digest ? [] : [`${indexName} has the digest ${digest}, not ${expected}.`];
  for (const file of index) problems.push(...(await fileProblems(folder, file)));
  const known = new Set([indexName, ...index.map((file) => file.path)]);
  for (const found of await everything(folder))
    if (!known.has(found)) problems.push(`${found} is in no index: it was added later.`);
  return { digest, problems };
}

async function fileProblems(folder: string, { bytes, path: name, sha256: digest }: IndexedFile): Promise<string[]> {
  const content = await contentOf(path.join(folder, ...name.split("/")));
  if (content === undefined) return [`${name} is missing, or no plain file.`];
  if (content.length === bytes && sha256(content) === digest) return [];
  return [`${name} was changed: its SHA-256 is ${sha256(content)}, not ${digest}.`];
}

/** Whether the very same files lie there. @throws UserError when others do */
async function isThere(folder: string, { digest }: SealedFiles): Promise<boolean> {
  const kind = await kindOf(folder);
  if (kind === undefined) return false;
  const found = kind === "folder" ? await checkSealedFolder(folder, digest) : { problems: [`It is ${kind}.`] };
  if (found.problems.length === 0) return true;
  throw new UserError(
    `${folder} is there already, and is not what would be written: ${found.problems[0]}\n  Name another folder; what was handed to an auditor is not overwritten.`,
  );
}

async function kindOf(name: string): Promise<"folder" | "a file" | "a link" | undefined> {
  try {
    const found = await lstat(name);
    return found.isSymbolicLink() ? "a link" : found.isDirectory() ? "folder" : "a file";
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

async function writeNew(file: string, content: string, root: string): Promise<void> {
  if (path.dirname(file) !== root) await mkdir(path.dirname(file), { recursive: true });
  const handle = await open(
    file,
    constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_NOFOLLOW,
    0o644,
  );
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** @returns undefined for what is missing, a link, or no plain file */
async function contentOf(file: string): Promise<Buffer | undefined> {
  try {
    const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      return (await handle.stat()).isFile() ? await handle.readFile() : undefined;
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (["ENOENT", "ELOOP", "ENOTDIR", "ENXIO"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  }
}

/** All that lies in a folder but folders, links among them, as paths with "/". */
async function everything(folder: string, prefix = ""): Promise<string[]> {
  const entries = await readdir(path.join(folder, prefix), { withFileTypes: true });
  const found = await Promise.all(
    entries.map((entry) => {
      const name = prefix === "" ? entry.name : `${prefix}/${entry.name}`;
      return entry.isDirectory() ? everything(folder, name) : [name];
    }),
  );
  return found.flat().sort();
}
