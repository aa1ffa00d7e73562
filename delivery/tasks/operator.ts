import path from "node:path";
import { z } from "zod";
import { environments } from "../../infra/environment.ts";
import { withConnection } from "../database/connection.ts";
import { readMigrations } from "../database/migrations.ts";
import { down, status, up } from "../database/migrator.ts";
import { type DatabaseReference, databaseReferenceSchema } from "../database/reference.ts";
import { UserError } from "../errors.ts";
import { flagFilePath, readFlagFile, resolveFlags } from "../flags/file.ts";
import { applyFlags } from "../flags/store.ts";
import type { OperatorCommandName } from "./commands.ts";

/** Where an operator's command runs, as the environment of its process says. */
export interface OperatorPlace {
  /** The checkout, which in a task is the image's own folder. */
  readonly root: string;
  readonly stack: string;
  readonly environment: (typeof environments)[number];
  readonly database: DatabaseReference;
  /** What the stack's settings change in the declared flags (`slipway:flags`): an image holds no stack's settings. */
  readonly flags: unknown;
}

const common = {
  SLIPWAY_STACK: z.string().min(1),
  SLIPWAY_ENVIRONMENT: z.enum(environments),
  DATABASE_NAME: z.string(),
  SLIPWAY_FLAGS: z
    .string()
    .default("{}")
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.addIssue("no JSON");
        return z.NEVER;
      }
    }),
};
const inCloud = z.object({
  ...common,
  DATABASE_SECRET_ARN: z.string(),
  DATABASE_HOST: z.string(),
  DATABASE_PORT: z.coerce.number().default(5432),
  DATABASE_APPLICATION: z.string().optional(),
});
const onThisMachine = z.object({ ...common, DATABASE_OWNER: z.string() });

/**
 * Reads the place from the environment: with DATABASE_SECRET_ARN the database of a stack in AWS, without it the one that
 * PGHOST and PGPASSFILE lead to.
 * @throws UserError that names every variable that is missing or wrong
 */
export function operatorPlace(root: string, env: NodeJS.ProcessEnv = process.env): OperatorPlace {
  const cloud = env.DATABASE_SECRET_ARN !== undefined;
  const parsed = cloud ? inCloud.safeParse(env) : onThisMachine.safeParse(env);
  if (!parsed.success) throw notInATask(parsed.error.issues.map((issue) => issue.path.join(".")));
  const { data } = parsed;
  const database = databaseReferenceSchema.safeParse(
    "DATABASE_SECRET_ARN" in data
      ? {
          kind: "secret",
          arn: data.DATABASE_SECRET_ARN,
          host: data.DATABASE_HOST,
          port: data.DATABASE_PORT,
          database: data.DATABASE_NAME,
          ...(data.DATABASE_APPLICATION && { application: data.DATABASE_APPLICATION }),
        }
      : { kind: "environment", database: data.DATABASE_NAME, user: data.DATABASE_OWNER },
  );
  if (!database.success) throw notInATask(database.error.issues.map((issue) => `DATABASE_*: ${issue.message}`));
  return {
    root,
    stack: data.SLIPWAY_STACK,
    environment: data.SLIPWAY_ENVIRONMENT,
    database: database.data,
    flags: data.SLIPWAY_FLAGS,
  };
}

function notInATask(problems: readonly string[]): UserError {
  return new UserError(
    `This command runs inside a task, whose environment names the stack and its database; missing or wrong here: ${problems.join(", ")}.\n  Run it with ./slipway task <stack> <command>.`,
  );
}

/** The lines that a command prints when it is done. */
type Answer = Promise<string[]>;

/** Does what the command says, at its place. */
export const operatorWork: Readonly<Record<OperatorCommandName, (place: OperatorPlace) => Answer>> = {
  migrate: async ({ root, database }) => {
    const { ran, waited } = await up(database, migrationsOf(root));
    return [
      ...(waited > 1000 ? [`waited ${Math.round(waited / 1000)} s for another runner`] : []),
      ...(ran.length > 0 ? ran.map((name) => `applied ${name}`) : ["nothing to apply"]),
    ];
  },

  "migration-status": async ({ root, database }) => {
    const { applied, changed, late, pending, unknown } = await status(database, migrationsOf(root));
    return [
      ...applied.map(({ name, appliedAt }) => `applied ${name} (${appliedAt.toISOString()})`),
      ...pending.map((name) => `pending ${name}${late.includes(name) ? ", though later ones are applied" : ""}`),
      ...changed.map(({ name }) => `changed ${name} after it was applied`),
      ...unknown.map((name) => `unknown ${name}: applied, but not in this version`),
    ];
  },

  "migration-rehearsal": async ({ root, database }) => {
    const migrations = migrationsOf(root);
    const { ran } = await up(database, migrations);
    if (ran.length === 0) return ["nothing is pending, so there is nothing to rehearse"];
    const back = await down(database, migrations, { count: ran.length });
    const again = await up(database, migrations);
    return [
      ...ran.map((name) => `applied ${name}`),
      ...back.ran.map((name) => `took back ${name}`),
      ...again.ran.map((name) => `applied ${name} again`),
    ];
  },

  "flags-seed": async ({ root, stack, environment, database, flags: overrides }) => {
    const file = path.join(root, flagFilePath);
    const declared = resolveFlags(readFlagFile(file), environment, overrides, `Pulumi.${stack}.yaml`);
    const plan = await withConnection(database, { applicationName: "slipway flags, seed" }, (client) =>
      applyFlags(client, {
        environment,
        declared,
        actor: `task of stack slipway/${stack}`,
        reason: "Declared in delivery/flags.yaml and the stack's settings",
      }),
    );
    const changes = plan.changes.filter(({ action }) => action !== "unchanged");
    return changes.length > 0 ? changes.map(({ action, key }) => `${action} ${key}`) : ["the flags are as declared"];
  },
};

function migrationsOf(root: string) {
  return readMigrations(path.join(root, "migrations"));
}
