import { readIfPresent, writeAtomically } from "../../system/files.ts";
import { choosePort, isFree } from "../../system/ports.ts";

/** What is remembered of one server: its port, and whatever else its kind needs. */
export interface Remembered {
  readonly port: number;
  /** The superuser's password, of a database. */
  readonly password?: string;
}

/** The servers of one kind, by id, in a file that nobody else may read. */
export class Registry {
  private readonly file: string;
  private readonly entries: Map<string, Remembered>;

  constructor(file: string) {
    this.file = file;
    const text = readIfPresent(file);
    this.entries = new Map(text === undefined ? [] : (JSON.parse(text) as [string, Remembered][]));
  }

  get(id: string): Remembered | undefined {
    return this.entries.get(id);
  }

  set(id: string, remembered: Remembered): void {
    this.entries.set(id, remembered);
    this.save();
  }

  delete(id: string): void {
    if (this.entries.delete(id)) this.save();
  }

  /** The port that a server had, when it is free, else another one. */
  async portFor(id: string): Promise<number> {
    const before = this.entries.get(id)?.port;
    if (before !== undefined && (await isFree(before))) return before;
    const taken = new Set([...this.entries.values()].map(({ port }) => port));
    return choosePort(`${this.file}/${id}`, taken);
  }

  private save(): void {
    writeAtomically(this.file, JSON.stringify([...this.entries]));
  }
}
