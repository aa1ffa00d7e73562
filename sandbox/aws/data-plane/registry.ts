import { readIfPresent, writeAtomically } from "../../system/files.ts";
import { choosePort, isFree } from "../../system/ports.ts";

/** Where a server listens. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** What is remembered of one server: where it listens, and whatever else its kind needs. */
export interface Remembered extends Endpoint {
  /** The superuser's password, of a database. */
  readonly password?: string;
}

/** The servers of one kind, by id, in a file that nobody else may read. */
export class Registry {
  private readonly file: string;
  private readonly usual: number;
  private readonly addresses: readonly string[];
  private readonly entries: Map<string, Remembered>;

  /**
   * @param usual the port that servers of this kind have in AWS
   * @param addresses where they can have it; without one, each has a port of its own on 127.0.0.1
   */
  constructor(file: string, usual: number, addresses: readonly string[]) {
    this.file = file;
    this.usual = usual;
    this.addresses = addresses;
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

  /** Where a server was, when that is free, else another place. */
  async placeFor(id: string): Promise<Endpoint> {
    const before = this.entries.get(id);
    if (before && (await isFree(before.port, before.host))) return { host: before.host, port: before.port };
    const others = [...this.entries].filter(([other]) => other !== id).map(([, entry]) => entry);
    for (const host of this.addresses) {
      if (others.some((other) => other.host === host)) continue;
      if (await isFree(this.usual, host)) return { host, port: this.usual };
    }
    const taken = new Set(others.map(({ port }) => port));
    return { host: "127.0.0.1", port: await choosePort(`${this.file}/${id}`, taken) };
  }

  private save(): void {
    writeAtomically(this.file, JSON.stringify([...this.entries]));
  }
}
