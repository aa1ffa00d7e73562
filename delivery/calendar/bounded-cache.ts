/** Remembers the latest `limit` answers; what was made first is forgotten first. */
export class BoundedCache<K, V> {
  readonly #limit: number;
  readonly #known = new Map<K, V>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The answer for `key`, made when it is not remembered. */
  get(key: K, make: () => V): V {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const made = make();
    this.#known.set(key, made);
    if (this.#known.size > this.#limit) {
      const [oldest] = this.#known.keys();
      if (oldest !== undefined) this.#known.delete(oldest);
    }
    return made;
  }
}
