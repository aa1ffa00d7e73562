/** A phase of the source's rollout: what must hold to begin it, and what once it is over. Beside these its migrations are applied. */
export interface Phase {
  readonly id: string;
  readonly title: string;
  readonly entry: readonly string[];
  readonly exit: readonly string[];
}

const prepared = [
  "server-version",
  "group-roles",
  "files-agree",
  "way-back",
  "columns",
  "ownership",
  "profiles-have-users",
];
const schemaStands = ["row-security", "audit"];
const moved = [
  "users-have-organizations",
  "profiles-agree",
  "organizations-have-admins",
  "connections-have-organizations",
  "no-row-left",
];

/** Phases 8.1 to 8.6 (seeds/001, "Migration Phases"), by the ids of `verifyChecks`. */
export const phases: readonly Phase[] = [
  { id: "8.1", title: "Pre-migration", entry: [], exit: prepared },
  { id: "8.2", title: "Schema migration", entry: prepared, exit: schemaStands },
  { id: "8.3", title: "Backend deployment", entry: schemaStands, exit: ["new-users-get-organizations"] },
  { id: "8.4", title: "Frontend deployment", entry: ["new-users-get-organizations"], exit: ["flags-seeded"] },
  { id: "8.5", title: "Data migration", entry: ["new-users-get-organizations", "profiles-have-users"], exit: moved },
  {
    id: "8.6",
    title: "Feature cutover",
    entry: moved,
    exit: ["permissive-phase-ended", "organizations-forced", "isolation", "valid", "team-members-belong"],
  },
];
