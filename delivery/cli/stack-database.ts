import { z } from "zod";
import type { Environment } from "../../infra/environment.ts";
import type { Settings } from "../../infra/settings.ts";
import { readSettings } from "../../infra/stack-file.ts";
import { checkoutRoot } from "../../sandbox/paths.ts";
import type { DatabaseReference } from "../database/reference.ts";
import { UsageError, UserError } from "../errors.ts";
import { operatorPlace } from "../tasks/operator.ts";
import { environmentOf, isSameEnvironment } from "./commands/task.ts";
import { requireCloudAccess } from "./engine/cloud.ts";
import { runQuietly } from "./engine/run.ts";
import { requireStack } from "./engine/stacks.ts";
import { makeReady } from "./ready.ts";

/** A stack's database, and as whose session it is reached: its owner's. */
export interface StackDatabase {
  readonly stack: string;
  readonly environment: Environment;
  readonly database: DatabaseReference;
  /** The RDS instance, where it is one and the outputs say so. */
  readonly instance?: string;
  /** Undefined inside a task or the runner, where no stack's settings are. */
  readonly settings?: Settings;
}

/** Whether this process runs inside a stack's task or runner, whose environment says where the database is. */
export function isInside(stack: string | undefined): boolean {
  return stack !== undefined && process.env.SLIPWAY_STACK === stack && process.env.DATABASE_NAME !== undefined;
}

/**
 * Finds a stack's database: inside a task or the runner as the environment of the process says, elsewhere by the outputs of the
 * stack. From here on this process's environment is what the engine's would be.
 * @param command for messages: "flags set"
 * @throws UsageError for no such stack, UserError for one that is not up
 */
export async function stackDatabase(
  command: string,
  name: string | undefined,
  options: { readonly sandbox: boolean; readonly json?: boolean; readonly environment?: string },
): Promise<StackDatabase> {
  const root = checkoutRoot;
  if (name !== undefined && isInside(name)) {
    const { database, environment } = operatorPlace(root);
    if (options.environment !== undefined && !isSameEnvironment(options.environment, environment))
      throw new UsageError(
        `This task or runner is ${environment}'s, not ${options.environment}'s.\n  Leave --environment out, or run "${command}" from outside, which finds the place of ${options.environment} itself.`,
      );
    return { stack: name, environment, database };
  }
  const stack = requireStack(root, command, name);
  const settings = readSettings(root, stack);
  const { aws, platform } = settings;
  const environment = environmentOf(stack, settings, options.environment);
  if (!options.sandbox) requireCloudAccess(platform);
  const { sandbox, json: quiet = false } = options;
  const { env } = await makeReady({ root, sandbox, platform, account: aws?.accountId, quiet });
  // This process connects as the engine would: to the sandbox's server, or with the secret that the sandbox's or the real AWS keeps.
  for (const key of Object.keys(process.env)) if (env[key] === undefined) delete process.env[key];
  Object.assign(process.env, env);
  return {
    stack,
    environment,
    settings,
    ...(await databaseOf(root, stack, env, environment !== settings.environment)),
  };
}

const outputsSchema = z.object({
  database: z.object({
    host: z.string(),
    port: z.number(),
    name: z.string(),
    owner: z.string(),
    identifier: z.string().optional(),
    application: z.string().optional(),
  }),
});
const outputsBeside = z.object({ preProduction: outputsSchema });

async function databaseOf(
  root: string,
  stack: string,
  env: NodeJS.ProcessEnv,
  beside: boolean,
): Promise<Pick<StackDatabase, "database" | "instance">> {
  const args = ["stack", "output", "--json", "--stack", stack, "--non-interactive"];
  const { code, stdout } = await runQuietly("pulumi", args, { cwd: root, env });
  const found = code === 0 ? (JSON.parse(stdout) as unknown) : undefined;
  const outputs = outputsSchema.safeParse(beside ? outputsBeside.safeParse(found).data?.preProduction : found);
  if (!outputs.success)
    throw new UserError(`The stack ${stack} has no database yet.\n  Bring it up first: ./slipway up ${stack}`);
  const { application, host, identifier, name: database, owner, port } = outputs.data.database;
  if (!owner.startsWith("arn:")) return { database: { kind: "environment", database, user: owner } };
  return {
    database: { kind: "secret", arn: owner, host, port, database, ...(application && { application }) },
    ...(identifier && { instance: identifier }),
  };
}
