import type { State } from "../state.ts";

const prefixes = {
  Organization: "O",
  User: "U",
  Team: "T",
  Repository: "R",
  Environment: "EN",
  ProtectionRule: "GA",
  BranchPolicy: "DBP",
  Ruleset: "RRS",
  BranchProtectionRule: "BPR",
  Allowance: "BA",
  Run: "WFR",
  Deployment: "DE",
  DeploymentStatus: "DES",
} as const;

/** The kinds of things that have a global node id. */
export type NodeKind = keyof typeof prefixes;

/** The global id of a thing, of GitHub's present form (`R_kgDOAAAnEQ`): always the same for the same id. */
export function nodeId(kind: NodeKind, id: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(id);
  return `${prefixes[kind]}_kgDO${bytes.toString("base64url")}`;
}

/** Finds the user or team that a node id names. */
export function findActor(
  state: State,
  id: string,
): { readonly kind: "User" | "Team"; readonly id: number } | undefined {
  const user = state.users.find((item) => nodeId("User", item.id) === id);
  if (user) return { kind: "User", id: user.id };
  const team = state.teams.find((item) => nodeId("Team", item.id) === id);
  return team && { kind: "Team", id: team.id };
}
