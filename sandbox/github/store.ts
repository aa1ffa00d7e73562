import { chmod, mkdir, open, readFile, rename, rm } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { codeOf, reason, SandboxError } from "../errors.ts";
import { type Lock, waitForLock } from "../system/lock.ts";
import { type State, stateSchema } from "./state.ts";

/**
 * The state in memory and in `<directory>/state.json`. A change is made on a copy, reaches the disk (written aside, fsync,
 * renamed) and only then becomes visible and is answered, so that whatever was acknowledged survives `kill -9`, and a
 * change that failed has never happened. Changes run one after the other.
 */
export class Store {
  readonly #file: string;
  readonly #lock: Lock;
  #current: State;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(file: string, lock: Lock, current: State) {
    this.#file = file;
    this.#lock = lock;
    this.#current = current;
  }

  /**
   * Opens the store in a folder (made when missing, mode 0700), and writes `seed()` when it is new.
   * @throws SandboxError when the file is damaged or another process uses it; the file is then left as it is
   */
  static async open(directory: string, seed: () => State): Promise<Store> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await chmod(directory, 0o700);
    const file = path.join(directory, "state.json");
    const lock = await waitForLock(path.join(directory, "lock"), 5_000);
    if (!lock) {
      throw new SandboxError({
        what: "Another process serves this local GitHub.",
        where: directory,
        remedy: "Stop it first (./slipway sandbox stop), or give another --data folder.",
      });
    }
    try {
      const found = await read(file);
      const store = new Store(file, lock, found ?? seed());
      if (!found) await write(file, store.#current);
      return store;
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  /** The state as of the last change. Read only: change it in `change`. */
  get current(): State {
    return this.#current;
  }

  /**
   * Runs `work` on a copy of the state and keeps the copy, on the disk first, when `work` returns.
   * @throws what `work` throws; nothing has changed then
   */
  async change<T>(work: (draft: State) => T): Promise<T> {
    const turn = this.#last.then(async () => {
      const draft = structuredClone(this.#current);
      const result = work(draft);
      await write(this.#file, draft);
      this.#current = draft;
      return result;
    });
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** Waits for the changes under way and lets the folder go. */
  async close(): Promise<void> {
    await this.#last;
    this.#lock.release();
  }
}

async function read(file: string): Promise<State | undefined> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
  try {
    return stateSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new SandboxError({
      what: `The local GitHub's state is damaged: ${error instanceof z.ZodError ? z.prettifyError(error) : reason(error)}`,
      where: file,
      remedy:
        "Bring back a good copy of the file, or begin anew with ./slipway sandbox reset github (which removes it; the next `up` makes the environments again).",
      cause: error,
    });
  }
}

async function write(file: string, state: State): Promise<void> {
  const aside = `${file}.new`;
  try {
    const handle = await open(aside, "w", 0o600);
    try {
      await handle.writeFile(`${JSON.stringify(state, null, 1)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(aside, file);
  } catch (error) {
    await rm(aside, { force: true });
    throw error;
  }
  const folder = await open(path.dirname(file), "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
