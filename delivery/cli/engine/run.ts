import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { constants } from "node:os";
import { UserError } from "../../errors.ts";

/**
 * Runs a program in the foreground with this terminal, and waits for it. Ctrl-C reaches it through the terminal; a request
 * to end this process is passed on, so that the engine can finish its step and give its lock back.
 * @returns its exit code; 128 + the signal's number when it was ended by one
 */
export async function runForeground(
  file: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv; readonly stdio?: StdioOptions },
): Promise<number> {
  const child = spawn(file, args, { cwd: options.cwd, env: options.env, stdio: options.stdio ?? "inherit" });
  const stop = passSignalsOn(child);
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once("error", (error) => reject(cannotRun(file, error)));
      child.once("close", (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
    });
  } finally {
    stop();
  }
}

/** Runs a program and collects what it prints. */
export async function runQuietly(
  file: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const child = spawn(file, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
  const stop = passSignalsOn(child);
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  try {
    const code = await new Promise<number>((resolve, reject) => {
      child.once("error", (error) => reject(cannotRun(file, error)));
      child.once("close", (exit, signal) => resolve(exit ?? 128 + (signal ? constants.signals[signal] : 0)));
    });
    return { code, stdout, stderr };
  } finally {
    stop();
  }
}

function cannotRun(file: string, error: Error): UserError {
  return new UserError(`${file} cannot be run: ${error.message}.\n  Try ./slipway doctor.`, { cause: error });
}

function passSignalsOn(child: ChildProcess): () => void {
  const ignore = () => {};
  const pass = (signal: NodeJS.Signals) => child.kill(signal);
  process.on("SIGINT", ignore);
  process.on("SIGTERM", pass);
  process.on("SIGHUP", pass);
  return () => {
    process.off("SIGINT", ignore);
    process.off("SIGTERM", pass);
    process.off("SIGHUP", pass);
  };
}
