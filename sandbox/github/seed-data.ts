import type { Permission } from "./state.ts";

/** A person of the seeded organization. */
export interface SeedUser {
  readonly login: string;
  readonly name: string;
  /** "admin" owns the organization. @default "member" */
  readonly role?: "admin" | "member";
}

/** A team of the seeded organization: who is in it, and what it may do in the seeded repository. */
export interface SeedTeam {
  readonly slug: string;
  readonly description: string;
  readonly permission: Permission;
  readonly members: readonly string[];
}

/**
 * What a new local GitHub holds: the organization teamflow with its repository, and the roles of the release process as
 * teams. Every team has two members at least, so that a gate that prevents self review can be passed, and some people are
 * in two teams, so that "one person in two roles" can be tried.
 */
export const seed = {
  organization: { login: "teamflow", name: "TeamFlow", description: "The local GitHub's organization" },
  /** Acts for Slipway: the token in SLIPWAY_GITHUB_TOKEN_FILE is this user's. */
  bot: { login: "slipway-bot", name: "Slipway", role: "admin" },
  repositories: [{ name: "teamflow", description: "Project management with AI assistance", topics: ["teamflow"] }],
  users: [
    { login: "amara-okafor", name: "Amara Okafor" },
    { login: "jonas-weber", name: "Jonas Weber" },
    { login: "priya-raman", name: "Priya Raman" },
    { login: "tomas-novak", name: "Tomás Novák" },
    { login: "lena-fischer", name: "Lena Fischer" },
    { login: "diego-santos", name: "Diego Santos" },
    { login: "mei-tanaka", name: "Mei Tanaka" },
    { login: "oskar-lind", name: "Oskar Lind" },
    { login: "fatima-zahra", name: "Fatima Zahra" },
    { login: "noah-bennett", name: "Noah Bennett" },
    { login: "chloe-dubois", name: "Chloé Dubois" },
    { login: "samuel-adeyemi", name: "Samuel Adeyemi" },
    { login: "ingrid-berg", name: "Ingrid Berg" },
    { login: "rafael-moreno", name: "Rafael Moreno" },
    { login: "yuki-sato", name: "Yuki Sato" },
    { login: "hannah-cohen", name: "Hannah Cohen" },
    { login: "viktor-petrov", name: "Viktor Petrov" },
    { login: "grace-kim", name: "Grace Kim" },
    { login: "elena-rossi", name: "Elena Rossi", role: "admin" },
    { login: "marcus-hale", name: "Marcus Hale" },
    { login: "nadia-haddad", name: "Nadia Haddad" },
    { login: "pavel-horak", name: "Pavel Horák" },
    { login: "sofia-lindqvist", name: "Sofia Lindqvist" },
    { login: "daniel-osei", name: "Daniel Osei" },
  ],
  teams: [
    {
      slug: "developers",
      description: "Write the application",
      permission: "push",
      members: ["amara-okafor", "jonas-weber", "priya-raman", "tomas-novak"],
    },
    {
      slug: "team-lead",
      description: "Lead the teams",
      permission: "maintain",
      members: ["lena-fischer", "diego-santos"],
    },
    {
      slug: "tech-lead",
      description: "Answer for the technical design",
      permission: "maintain",
      members: ["mei-tanaka", "oskar-lind"],
    },
    {
      slug: "qa-lead",
      description: "Answer for quality",
      permission: "push",
      members: ["fatima-zahra", "noah-bennett"],
    },
    {
      slug: "ai-lead",
      description: "Answer for the assistant and its models",
      permission: "push",
      members: ["chloe-dubois", "samuel-adeyemi"],
    },
    {
      slug: "product-owner",
      description: "Decide what is released to whom",
      permission: "triage",
      members: ["ingrid-berg", "rafael-moreno"],
    },
    {
      slug: "release-manager",
      description: "Run the releases",
      permission: "maintain",
      members: ["yuki-sato", "hannah-cohen"],
    },
    {
      slug: "devops-lead",
      description: "Answer for the infrastructure",
      permission: "admin",
      members: ["viktor-petrov", "grace-kim"],
    },
    {
      slug: "security-lead",
      description: "Answer for security",
      permission: "maintain",
      members: ["hannah-cohen", "marcus-hale"],
    },
    {
      slug: "cto",
      description: "The chief technology officer and the deputy",
      permission: "admin",
      members: ["elena-rossi", "mei-tanaka"],
    },
    {
      slug: "engineering-manager",
      description: "Lead the engineers",
      permission: "maintain",
      members: ["nadia-haddad", "pavel-horak"],
    },
    {
      slug: "ceo",
      description: "The chief executive officer and the deputy",
      permission: "pull",
      members: ["sofia-lindqvist", "daniel-osei"],
    },
    { slug: "dba", description: "Answer for the databases", permission: "push", members: ["tomas-novak", "grace-kim"] },
    {
      slug: "on-call",
      description: "Whoever answers the pager this week",
      permission: "push",
      members: ["jonas-weber", "priya-raman", "viktor-petrov"],
    },
  ],
} as const satisfies {
  readonly organization: { readonly login: string; readonly name: string; readonly description: string };
  readonly bot: SeedUser;
  readonly repositories: readonly {
    readonly name: string;
    readonly description: string;
    readonly topics: readonly string[];
  }[];
  readonly users: readonly SeedUser[];
  readonly teams: readonly SeedTeam[];
};
