/** Why roles cannot be filled: these roles together have no more candidates than `people`, one too few at least. */
export interface Shortage {
  readonly roles: readonly string[];
  readonly people: readonly string[];
}

/**
 * Looks for distinct people for all roles, one for each (a matching in a bipartite graph, by augmenting paths).
 * @param candidates who may fill each role.
 * @param without somebody who may fill none: who asked.
 * @returns who fills which role, or the roles that are short of people (Hall's theorem: when it cannot be, such roles exist).
 */
export function distinctPeople(
  candidates: ReadonlyMap<string, readonly string[]>,
  without?: string,
): { readonly filled: ReadonlyMap<string, string> } | { readonly shortage: Shortage } {
  const roleOf = new Map<string, string>();
  for (const role of candidates.keys()) {
    const seen = new Set<string>();
    const asked = new Set<string>();
    if (fill(role)) continue;
    return { shortage: { roles: [...asked].sort(), people: [...seen].sort() } };

    /** Gives the role somebody who is free, or somebody whose present role finds another. */
    function fill(wanting: string): boolean {
      asked.add(wanting);
      for (const person of candidates.get(wanting) ?? []) {
        if (person === without || seen.has(person)) continue;
        seen.add(person);
        const present = roleOf.get(person);
        if (present === undefined || fill(present)) {
          roleOf.set(person, wanting);
          return true;
        }
      }
      return false;
    }
  }
  return { filled: new Map([...roleOf].map(([person, role]) => [role, person])) };
}
