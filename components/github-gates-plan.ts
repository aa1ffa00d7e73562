import { type GateEnvironment, gateEnvironments } from "../delivery/process/gate-environments.ts";
import { promotionLine } from "../delivery/process/promotion-line.ts";
import type { Process } from "../delivery/process/schema.ts";

/** What a stack's settings say otherwise of one environment of the process; what they leave out is the process's. */
export interface GateOverride {
  readonly waitMinutes?: number | undefined;
  readonly branches?: readonly string[] | undefined;
  readonly tags?: readonly string[] | undefined;
  /** Facts that workflows read there as `vars.<NAME>`, beside the stack's own. */
  readonly variables?: Readonly<Record<string, string>> | undefined;
}

/** The gates of a stack, and what is wrong with what its settings say otherwise. */
export interface StackGates {
  readonly gates: readonly GateEnvironment[];
  /** The part of the process that the stack answers for. */
  readonly process: Process;
  /** Sentences that name the setting and the remedy. */
  readonly refusals: readonly string[];
}

/** What GitHub calls the ref of a pull request's workflow: an environment of pull requests admits every branch that has one. */
const pullRequests = "refs/pull/*/merge";

/** The stack that makes the environments which all pull requests share. Feature stacks come and go, and are cut from its settings. */
const keeperOfPullRequests = "staging";

/**
 * Derives the GitHub environments of a stack from the release process, and lays over them what its settings say otherwise.
 * @param overrides by environment of the process; one for `production` holds for `production.cto` too, except for its wait and
 *   variables, which only a deployment has.
 */
export function planGates(
  process: Process,
  stack: string,
  overrides: Readonly<Record<string, GateOverride>>,
): StackGates {
  const kinds = stack === keeperOfPullRequests ? [stack, "pr-*"] : [stack];
  const gates = kinds.flatMap((kind) => gateEnvironments(process, kind));
  const names = [...new Set(gates.map(({ environment }) => environment))];
  return {
    gates: gates.map((gate) => overridden(gate, overrides[gate.environment] ?? {})),
    process: partOf(process, names),
    refusals: Object.keys(overrides)
      .filter((name) => !names.includes(name))
      .map((name) => unknownOverride(process, stack, names, name)),
  };
}

function overridden(gate: GateEnvironment, { branches, tags, waitMinutes }: GateOverride): GateEnvironment {
  const patterns = { branches: branches ?? gate.branches, tags: tags ?? gate.tags };
  const isOpen = patterns.branches.length + patterns.tags.length === 0 && branches === undefined && tags === undefined;
  return {
    ...gate,
    branches: isOpen ? [pullRequests] : patterns.branches,
    tags: patterns.tags,
    waitMinutes: gate.role === undefined ? (waitMinutes ?? gate.waitMinutes) : gate.waitMinutes,
  };
}

function unknownOverride(process: Process, stack: string, names: readonly string[], name: string): string {
  const where = `slipway:github.environments.${name}`;
  const owner = process.environments[name]?.stack;
  if (owner !== undefined) {
    return `${where} is of the stack ${owner} by delivery/process.yaml, not of ${stack}. Say it in that stack's settings.`;
  }
  const known = names.length > 0 ? `this stack has ${names.join(", ")}` : "this stack has none";
  return `${where} names an environment that delivery/process.yaml does not have; ${known}. Correct the name, or remove it.`;
}

/**
 * The process as far as these environments are concerned: a stack must not be held up because somebody is missing who decides
 * elsewhere. Emergencies and rollbacks belong to whoever has the last environment.
 */
function partOf(process: Process, names: readonly string[]): Process {
  const environments = Object.fromEntries(
    Object.entries(process.environments).filter(([name]) => names.includes(name)),
  );
  if (names.includes(promotionLine(process).at(-1) ?? "")) return { ...process, environments };
  const { emergency, rollback } = process;
  return {
    ...process,
    environments,
    emergency: { ...emergency, severities: {}, contacts: [], leadership: { ...emergency.leadership, roles: [] } },
    rollback: { ...rollback, authority: { immediate: [], planned: [], deployables: {} } },
  };
}
