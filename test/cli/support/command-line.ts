import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { checkoutRoot } from "../../../sandbox/paths.ts";
import type { Outcome } from "./run.ts";

/**
 * One process that runs `delivery/cli/main.ts` again and again, for suites of many commands: what takes a command seconds is loading its
 * modules. Commands run one after the other, without a terminal.
 */
export class CommandLine {
  readonly #child: ChildProcess;
  readonly #ended: Promise<never>;
  #last: Promise<unknown>;

  constructor() {
    this.#child = fork(new URL("./command-line-child.ts", import.meta.url), {
      cwd: checkoutRoot,
      env: { PATH: process.env.PATH },
      execArgv: ["--disable-warning=ExperimentalWarning"],
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    this.#ended = once(this.#child, "exit").then(([code, signal]) => {
      throw new Error(`The process that runs the commands ended with ${code ?? signal}`);
    });
    this.#ended.catch(() => {}); // as it does when the suite is over
    this.#last = Promise.race([once(this.#child, "message"), this.#ended]);
    this.#last.catch(() => {}); // the first command fails with it
  }

  /** Runs a command to its end with exactly this environment, as `run` does. */
  run(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<Outcome> {
    const outcome = this.#last.then(() => this.#ask(args, environment));
    this.#last = outcome.catch(() => {});
    return outcome;
  }

  end(): void {
    this.#child.kill();
  }

  async #ask(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<Outcome> {
    this.#child.send({ args, environment });
    const [answer] = await Promise.race([once(this.#child, "message"), this.#ended]);
    return answer as Outcome;
  }
}
