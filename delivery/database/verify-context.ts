import type pg from "pg";
import type { Environment } from "../../infra/environment.ts";
import type { MigrationStatus } from "./migration-status.ts";
import type { Migration } from "./migrations.ts";
import type { DatabaseReference } from "./reference.ts";

/** What checks look at. */
export interface VerifyContext {
  /** A session of the schema's owner. */
  readonly client: pg.ClientBase;
  readonly migrations: readonly Migration[];
  readonly status: MigrationStatus;
  readonly environment: Environment;
  /** How a session comes that may act in the group roles. */
  readonly roles: DatabaseReference;
  /** What is wrong with the backup that the environment requires; undefined for an environment that requires none. */
  readonly backup?: () => Promise<readonly string[]>;
}

/** One line of a checklist that a program can answer. */
export interface Check {
  readonly id: string;
  /** Which checklist of the source it belongs to. */
  readonly list: "pre" | "post" | "go-live";
  /** What must hold, a sentence. */
  readonly what: string;
  /** The source's own words for it (seeds/001). */
  readonly source: string;
  /** Says each thing that is wrong, up to a handful; nothing when it holds. */
  readonly find: string | ((context: VerifyContext) => Promise<readonly string[]>);
}

/** A line of the source's checklists that no database can answer, and where it is answered. */
export interface Elsewhere {
  readonly list: Check["list"];
  readonly source: string;
  readonly where: string;
}
