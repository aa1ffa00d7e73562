import { spawn } from "node:child_process";
import path from "node:path";
import { SandboxError } from "../errors.ts";

/** How long one command may take, in milliseconds. */
const limit = 60_000;

/** The kubectl of `slipway-kubernetes`, as somebody of one cluster. */
export class Kubectl {
  private readonly binary: string;
  private readonly kubeconfig: string;

  constructor(binary: string, kubeconfig: string) {
    this.binary = binary;
    this.kubeconfig = kubeconfig;
  }

  /** The file and arguments of a command, for whoever runs it. */
  command(args: readonly string[]): readonly [string, readonly string[]] {
    // What it keeps between calls belongs to the cluster, not into somebody's home.
    const cache = path.join(path.dirname(this.kubeconfig), "kubectl");
    return [this.binary, ["kubectl", `--kubeconfig=${this.kubeconfig}`, `--cache-dir=${cache}`, ...args]];
  }

  /**
   * Runs a command and returns what it prints.
   * @param input what it reads
   * @throws SandboxError with kubectl's own words
   */
  async run(args: readonly string[], input = ""): Promise<string> {
    const [file, all] = this.command(args);
    const child = spawn(file, all, { stdio: ["pipe", "pipe", "pipe"], timeout: limit });
    const output = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      child[name].setEncoding("utf8").on("data", (text: string) => {
        output[name] += text;
      });
    }
    child.stdin.on("error", () => undefined).end(input);
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject).once("close", resolve);
    });
    if (code === 0) return output.stdout;
    throw new SandboxError({
      what: `kubectl ${args[0]} failed: ${output.stderr.trim() || `exit code ${code}`}`,
      where: this.kubeconfig,
      remedy: "./slipway sandbox status tells whether the cluster answers.",
    });
  }
}
