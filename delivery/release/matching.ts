/**
 * Gives every seat a person of its own, as far as that can be: the largest assignment there is, by augmenting paths (Kuhn).
 * Where not all seats can be filled, earlier seats are preferred; people are tried in the order given. So the same
 * arguments always have the same answer.
 *
 * @param candidates for each seat who may take it, the preferred first
 * @returns for each seat who takes it; undefined for a seat that stays empty
 */
export function assign(candidates: readonly (readonly string[])[]): (string | undefined)[] {
  const seatOf = new Map<string, number>();
  for (const seat of candidates.keys()) place(seat, new Set());
  const people = candidates.map((): string | undefined => undefined);
  for (const [person, seat] of seatOf) people[seat] = person;
  return people;

  /** Seats one more person, moving others along if need be; whoever has a seat keeps one. */
  function place(seat: number, tried: Set<string>): boolean {
    for (const person of candidates[seat] ?? []) {
      if (tried.has(person)) continue;
      tried.add(person);
      const taken = seatOf.get(person);
      if (taken === undefined || place(taken, tried)) {
        seatOf.set(person, seat);
        return true;
      }
    }
    return false;
  }
}
