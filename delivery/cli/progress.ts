import { Listr } from "listr2";

/** Reports what a step is doing now: a short line that replaces the one before. */
export type Report = (text: string) => void;

/** One step of a longer piece of work. */
export interface Step {
  readonly title: string;
  /** Does the step; the answer, if any, is shown beside the title when it is done. */
  run(report: Report): Promise<string | undefined>;
}

/** At most so often is a line of progress written where lines cannot be replaced (CI), in milliseconds. */
const plainInterval = 15_000;

/**
 * Runs steps one after the other and shows how far they are: live on a terminal, plain lines in CI and pipes, nothing with
 * `quiet`. All of it goes to standard error.
 */
export async function runSteps(steps: readonly Step[], options: { readonly quiet?: boolean } = {}): Promise<void> {
  if (options.quiet) {
    for (const step of steps) await step.run(() => {});
    return;
  }
  if (!process.stderr.isTTY || process.env.CI) return runPlainly(steps);
  const list = new Listr([], {
    exitOnError: true,
    renderer: "default",
    rendererOptions: { showErrorMessage: false },
    registerSignalListeners: false,
  });
  for (const step of steps) {
    list.add({
      title: step.title,
      task: async (_context, task) => {
        const result = await step.run((text) => {
          task.output = text;
        });
        if (result) task.title = `${step.title}: ${result}`;
      },
    });
  }
  const showCursor = showCursorAtTheEnd();
  try {
    await list.run();
  } finally {
    showCursor();
  }
}

/**
 * The live display hides the cursor, and a signal would end this process before the display shows it again. Whoever waits for
 * a child of his (a listener besides ours) ends by himself; otherwise the signal does what it would have done without us.
 * @returns undoes it
 */
function showCursorAtTheEnd(): () => void {
  const show = () => process.stderr.write("\u001b[?25h");
  const end = (signal: NodeJS.Signals) => {
    show();
    if (process.listenerCount(signal) > 1) return;
    process.stderr.write("\nslipway: stopped. Run the command again, and it goes on from here.\n");
    process.off(signal, end);
    process.kill(process.pid, signal);
  };
  for (const signal of endingSignals) process.on(signal, end);
  process.on("exit", show);
  return () => {
    for (const signal of endingSignals) process.off(signal, end);
    process.off("exit", show);
  };
}

const endingSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

async function runPlainly(steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    const write = (text: string) => process.stderr.write(`slipway: ${step.title}: ${text}\n`);
    let latest: string | undefined;
    const beat = setInterval(() => {
      if (latest !== undefined) write(latest);
      latest = undefined;
    }, plainInterval);
    try {
      const result = await step.run((text) => {
        latest = text;
      });
      write(result ?? "done");
    } finally {
      clearInterval(beat);
    }
  }
}
