import path from "node:path";
import { stateDirectory } from "../../../sandbox/paths.ts";
import { withMachineLock } from "../../../sandbox/toolchain/machine-lock.ts";
import { printNote } from "../terminal.ts";

/**
 * Runs what changes a stack while no other `./slipway` of this checkout changes the same one. The engine's own lock comes too
 * late for that: the engine takes it a second or more after it was started, and refuses instead of waiting.
 */
export function inTurn<T>(root: string, stack: string, work: () => Promise<T>): Promise<T> {
  return withMachineLock(path.join(stateDirectory(root), "turns", stack), work, () =>
    printNote(`another ./slipway changes ${stack}; waiting for it to end`),
  );
}
