import { createHash, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { reason, SandboxError } from "../errors.ts";
import { readIfPresent, writeAtomically } from "../system/files.ts";
import { GitHubError } from "./errors.ts";
import { seed } from "./seed-data.ts";
import type { State, User } from "./state.ts";

/** The file in the data folder that holds one token for each person. */
const personTokensFile = "person-tokens.json";

const fileSchema = z.record(z.string(), z.string().min(20));

/**
 * Knows whose token is whose. The organization's bot has the token that the sandbox made (a file, see main.ts); each person
 * has one in `<data>/person-tokens.json` (mode 0600, `{"<login>": "<token>"}`, made at the first start and added to for new
 * people), so that one can act as that person: `GITHUB_TOKEN=$(jq -r '."mei-tanaka"' .../person-tokens.json)`.
 */
export class Tokens {
  /** Logins by the SHA-256 of their token: comparing digests tells nothing by its timing. */
  readonly #logins: ReadonlyMap<string, string>;

  private constructor(logins: ReadonlyMap<string, string>) {
    this.#logins = logins;
  }

  /** @throws SandboxError when a token file cannot be read */
  static async load(botTokenFile: string, directory: string, state: State): Promise<Tokens> {
    const bot = await readBotToken(botTokenFile);
    const people = personTokens(directory, state);
    const logins = new Map(Object.entries(people).map(([login, token]) => [digest(token), login]));
    logins.set(digest(bot), seed.bot.login);
    return new Tokens(logins);
  }

  /**
   * Who sends this Authorization header (`Bearer <token>` or `token <token>`).
   * @throws GitHubError 401 when nobody does
   */
  authenticate(header: string | undefined, state: State): User {
    const token = /^(?:bearer|token)\s+(\S+)$/i.exec(header?.trim() ?? "")?.[1];
    if (!token) throw new GitHubError(401, header ? "Bad credentials" : "Requires authentication");
    const login = this.#logins.get(digest(token));
    const user = state.users.find((item) => item.login === login);
    if (!user) throw new GitHubError(401, "Bad credentials");
    return user;
  }
}

function digest(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

async function readBotToken(file: string): Promise<string> {
  const remedy = "Run ./slipway sandbox start, which makes it, or name another file in SLIPWAY_GITHUB_TOKEN_FILE.";
  let token: string;
  try {
    token = (await readFile(file, "utf8")).trim();
  } catch (error) {
    const what = `The token of the local GitHub cannot be read: ${reason(error)}`;
    throw new SandboxError({ what, where: file, remedy, cause: error });
  }
  if (/^\S{20,}$/.test(token)) return token;
  throw new SandboxError({ what: "The token of the local GitHub has fewer than 20 characters.", where: file, remedy });
}

function personTokens(directory: string, state: State): Record<string, string> {
  const file = path.join(directory, personTokensFile);
  const text = readIfPresent(file);
  const known = text === undefined ? {} : parse(file, text);
  const missing = state.users.filter((user) => user.login !== seed.bot.login && !Object.hasOwn(known, user.login));
  if (missing.length === 0) return known;
  const all = { ...known };
  for (const user of missing) all[user.login] = `ghp_${randomBytes(20).toString("hex").slice(0, 36)}`;
  writeAtomically(file, `${JSON.stringify(all, null, 2)}\n`);
  return all;
}

function parse(file: string, text: string): Record<string, string> {
  try {
    return fileSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new SandboxError({
      what: `The tokens of the local GitHub's people are damaged: ${error instanceof z.ZodError ? z.prettifyError(error) : "no JSON"}`,
      where: file,
      remedy: "Remove the file: new tokens are made at the next start.",
    });
  }
}
