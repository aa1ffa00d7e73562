import { randomUUID } from "node:crypto";
import path from "node:path";
import type { Command } from "commander";
import { z } from "zod";
import { readSettings } from "../../../../infra/stack-file.ts";
import { layoutOf } from "../../../../sandbox/layout.ts";
import { checkoutRoot } from "../../../../sandbox/paths.ts";
import { withConnection } from "../../../database/connection.ts";
import type { DatabaseReference } from "../../../database/reference.ts";
import { UsageError, UserError } from "../../../errors.ts";
import { type GitHubPlace, gitHubPlace } from "../../../identity/github.ts";
import { identifyByToken, identifyByWorkflow, isWorkflow, tokenInSandbox } from "../../../identity/identity.ts";
import { readMembers, rolesOf } from "../../../identity/roles.ts";
import { promotionLine } from "../../../process/promotion-line.ts";
import { processFilePath, type ReadProcess, readProcess } from "../../../process/read.ts";
import type { Desk } from "../../../release/service/desk.ts";
import type { Identity } from "../../../release/store/change.ts";
import { localStore, makeLocalStore } from "../../../release/store/make.ts";
import { requireCloudAccess } from "../../engine/cloud.ts";
import { makeReady } from "../../ready.ts";
import { readOutputs } from "../../task-run.ts";
import { irreversibleBetween } from "./way-back.ts";

/** The options of every command that works on releases. */
export interface ReleaseOptions {
  readonly sandbox: boolean;
  readonly json?: boolean;
  readonly as?: string;
  readonly process?: string;
}

/** A desk, and what commands beside it need. */
export interface ReleaseSession {
  readonly desk: Desk;
  readonly github: GitHubPlace;
  readonly sandbox: boolean;
}

/** Adds a command about releases, with the options that all of them have. */
export function releaseCommand(parent: Command, name: string, help: { summary: string; example: string }): Command {
  return parent
    .command(name)
    .summary(help.summary.split(/[.:;](?:\s|$)/)[0] ?? "")
    .description(help.summary)
    .option("--no-sandbox", "the release database of the production stack instead of the sandbox's")
    .option("--as <login>", "in the sandbox: act as one of the people whom the local GitHub made up")
    .option("--process <file>", "another process than delivery/process.yaml")
    .option("--json", "as JSON")
    .addHelpText("after", `\nExample:\n  ${help.example}`);
}

/** The number of a promotion, a debt or a run. @throws UsageError when it is none */
export function numberOf(what: string, text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new UsageError(`"${text}" is no number of a ${what}.\n  ./slipway release status shows them.`);
}

/**
 * Works at the release database, as whoever is proved to act: in a job by its OIDC token, at a terminal by GITHUB_TOKEN, in the sandbox
 * by a token of the local GitHub.
 * @throws UserError when the process file is wrong, nobody is proved to act, or the database cannot be reached
 */
export async function atDesk<T>(options: ReleaseOptions, work: (session: ReleaseSession) => Promise<T>): Promise<T> {
  const read = readProcess(options.process ?? path.join(checkoutRoot, processFilePath));
  if (options.as !== undefined && !options.sandbox)
    throw new UsageError(
      "--as names a made-up person of the sandbox; elsewhere GITHUB_TOKEN says who acts.\n  Leave --as out.",
    );
  const { database, github, role } = options.sandbox ? await inSandbox(read, options) : await inCloud(read);
  const identity = await whoActs(github, options.sandbox);
  return withConnection(database, { applicationName: "slipway release" }, async (client) => {
    if (role !== undefined) await client.query(`SET ROLE ${role}`);
    return work({ desk: deskOf(read, client, github, identity), github, sandbox: options.sandbox });
  });
}

/** Where the release database is, and which GitHub says who somebody is. */
interface Place {
  readonly database: DatabaseReference;
  readonly github: GitHubPlace;
  /** The role that the session takes; the sandbox's login has it already. */
  readonly role?: string;
}

async function inSandbox({ process: rules }: ReadProcess, options: ReleaseOptions): Promise<Place> {
  const { env } = await makeReady({ root: checkoutRoot, sandbox: true, platform: "local", quiet: true });
  adopt(env);
  if (options.as !== undefined)
    process.env.GITHUB_TOKEN = tokenInSandbox(layoutOf(checkoutRoot).data("github"), options.as);
  await makeLocalStore();
  return { database: localStore(), github: gitHubPlace(readSettings(checkoutRoot, lastStack(rules)).github) };
}

const storeOutputs = z.object({
  releases: z.object({ host: z.string(), port: z.number(), name: z.string(), owner: z.string() }),
});

async function inCloud({ process: rules }: ReadProcess): Promise<Place> {
  const stack = lastStack(rules);
  const settings = readSettings(checkoutRoot, stack);
  requireCloudAccess(settings.platform);
  const { env } = await makeReady({
    root: checkoutRoot,
    sandbox: false,
    platform: settings.platform,
    account: settings.aws?.accountId,
    quiet: true,
  });
  const { releases } = await readOutputs(checkoutRoot, stack, env, storeOutputs).catch((error: Error) => {
    throw new UserError(
      `The stack ${stack} has no release database: ${error.message}\n  Describe one in slipway:releases of Pulumi.${stack}.yaml, and run ./slipway up ${stack}.`,
      { cause: error },
    );
  });
  adopt(env);
  const { host, name: database, owner: arn, port } = releases;
  return {
    database: { kind: "secret", arn, host, port, database },
    github: gitHubPlace(settings.github),
    role: "slipway_release",
  };
}

/** From here on this process's environment is what the engine's would be. */
function adopt(env: NodeJS.ProcessEnv): void {
  for (const key of Object.keys(process.env)) if (env[key] === undefined) delete process.env[key];
  Object.assign(process.env, env);
}

/** The stack of the last environment: releases of all environments are recorded beside it. */
function lastStack(rules: ReadProcess["process"]): string {
  const last = promotionLine(rules).at(-1);
  return (last !== undefined ? rules.environments[last]?.stack : undefined) ?? "prod";
}

async function whoActs(github: GitHubPlace, sandbox: boolean): Promise<Identity> {
  if (sandbox) return identifyByToken(github, "sandbox");
  if (isWorkflow()) return identifyByWorkflow(`${github.owner}/${github.repository}`);
  return identifyByToken(github, "terminal");
}

function deskOf(
  { process: rules, version }: ReadProcess,
  client: Desk["client"],
  github: GitHubPlace,
  identity: Identity,
): Desk {
  const teams = new Map<string, ReturnType<typeof readMembers>>();
  return {
    client,
    process: rules,
    version,
    identity,
    rolesOf: async (roles, actors) => {
      const key = roles.join(" ");
      const known = teams.get(key) ?? readMembers(github, rules, roles);
      teams.set(key, known);
      return rolesOf(rules, await known, actors);
    },
    irreversible: irreversibleBetween,
    // A job that is run again is the same command; a person who calls again means it again.
    key: (what) => (isWorkflow() ? `run ${process.env.GITHUB_RUN_ID}: ${what}` : `${randomUUID()}: ${what}`),
    now: () => new Date().toISOString(),
    startedBy: isWorkflow() && process.env.GITHUB_EVENT_NAME !== "workflow_dispatch" ? "automatic" : "person",
  };
}
