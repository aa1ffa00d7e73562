import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import type pg from "pg";
import { checkoutRoot } from "../../../sandbox/paths.ts";
import { migratableDatabase, testPostgres } from "../../support/postgres.ts";
import { CommandLine } from "./command-line.ts";
import type { Outcome } from "./run.ts";
import { temporaryFolder } from "./temporary.ts";

type Variables = Readonly<Record<string, string>>;

/** `./slipway db` on a database of its own, as inside a task: the environment of the process says which stack and database it is. */
export class DatabaseCommands {
  readonly environment: Variables;
  /** A session of the administrator's. */
  readonly admin: pg.Client;
  readonly #commands = new CommandLine();

  private constructor(environment: Variables, admin: pg.Client) {
    this.environment = environment;
    this.admin = admin;
  }

  static async open(): Promise<DatabaseCommands> {
    const server = await testPostgres();
    const { name, owner } = await migratableDatabase();
    const environment = {
      PATH: "/usr/bin:/bin",
      HOME: temporaryFolder(),
      NO_COLOR: "1",
      ...server.environment,
      SLIPWAY_STACK: "dev",
      SLIPWAY_ENVIRONMENT: "development",
      DATABASE_NAME: name,
      DATABASE_OWNER: owner,
    };
    return new DatabaseCommands(environment, await server.connect(name));
  }

  /** Starts a command in a process of its own. */
  start(args: readonly string[], more: Variables = {}): ChildProcess {
    return spawn(process.execPath, ["--disable-warning=ExperimentalWarning", "delivery/cli/main.ts", "db", ...args], {
      cwd: checkoutRoot,
      env: { ...this.environment, ...more },
    });
  }

  /** Runs a command to its end. */
  run(args: readonly string[], more: Variables = {}): Promise<Outcome> {
    return this.#commands.run(["db", ...args], { ...this.environment, ...more });
  }

  async end(): Promise<void> {
    this.#commands.end();
    await this.admin.end();
  }

  /** Runs one that must succeed. */
  async succeeds(...args: string[]): Promise<Outcome> {
    const result = await this.run(args);
    assert.equal(result.code, 0, result.stderr);
    return result;
  }

  /** Runs one with --json. @returns what it printed, with its exit code */
  // biome-ignore lint/suspicious/noExplicitAny: each command prints its own, which the tests know
  async json(...args: string[]): Promise<any> {
    const { code, stderr, stdout } = await this.run([...args, "--json"]);
    assert.ok(stdout.startsWith("{"), stderr);
    return { code, ...JSON.parse(stdout) };
  }
}
