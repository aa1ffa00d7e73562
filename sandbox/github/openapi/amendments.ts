import type { OperationId } from "./answered.ts";
import type { Json } from "./json-schema.ts";

/** A place where the published description is narrower than what GitHub itself accepts or answers. */
export interface Amendment {
  readonly operation: OperationId;
  /** Properties added to the request body's schema. */
  readonly bodyProperties: Readonly<Record<string, Json>>;
  /** How it is known. */
  readonly source: string;
}

/** All differences between our slice and GitHub's description; each is one that the real provider depends on. */
export const amendments: readonly Amendment[] = [
  {
    operation: "repos/create-or-update-environment",
    bodyProperties: { can_admins_bypass: { type: "boolean" } },
    source:
      "go-github always sends it (CreateUpdateEnvironment in github/repos_environments.go: GitHub's default is true), and github_repository_environment.can_admins_bypass depends on it",
  },
];

/**
 * Properties whose described format GitHub does not insist on: people write "example.com" as a homepage, and it is kept; the
 * URLs of a deployment's status are "" when nobody gave one (which is their described default).
 */
export const freeText: ReadonlySet<string> = new Set(["environment_url", "homepage", "log_url", "target_url"]);
