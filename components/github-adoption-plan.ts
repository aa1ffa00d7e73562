import type { PlannedGate, PlannedVariable } from "./github-delivery-plan.ts";
import type { DeploymentPattern, ExistingEnvironment, ExistingGates } from "./github-existing.ts";

/** Environments as they are to be built beside what is there, and what somebody has to know or do about it. */
export interface Adoption {
  readonly gates: readonly PlannedGate[];
  /** Whether an environment carries the stack's mark: then the stack has been built, and what there is of its own is its own. */
  readonly isBuilt: boolean;
  readonly refusals: readonly string[];
  readonly notices: readonly string[];
}

/**
 * Decides about environments that a repository has already. What a stack made carries its mark. What nobody marked was made by
 * hand (or by a run that was ended by force): it is taken over, but only when nobody could deploy there afterwards whom the
 * process does not let, and no value is overwritten before somebody has seen it in a preview. Another stack's is never touched.
 * @param stack the mark of this stack.
 * @param mark the name of the variable that holds it.
 */
export function planAdoption(
  wanted: readonly PlannedGate[],
  stack: string,
  mark: string,
  { environments }: ExistingGates,
): Adoption {
  const all = wanted.map((gate): { gate: PlannedGate; refusals?: string[]; notices?: string[] } => {
    const found = environments.get(gate.name.toLowerCase());
    const owner = found?.variables.get(mark);
    if (found === undefined) return { gate };
    if (owner === stack) return { gate, notices: watch(gate, found) };
    if (owner !== undefined) return { gate, refusals: [foreign(gate, owner, mark)] };
    return takeOver(gate, found, mark);
  });
  return {
    gates: all.map(({ gate }) => gate),
    isBuilt: wanted.some(({ name }) => environments.get(name.toLowerCase())?.variables.get(mark) === stack),
    refusals: all.flatMap(({ refusals = [] }) => refusals),
    notices: all.flatMap(({ notices = [] }) => notices),
  };
}

function where({ name }: PlannedGate): string {
  return `The GitHub environment "${name}"`;
}

function foreign(gate: PlannedGate, owner: string, mark: string): string {
  return (
    `${where(gate)} belongs to the stack "${owner}", as its variable ${mark} says. ` +
    `Give one of the two another name in delivery/process.yaml, or remove the variable if "${owner}" has given it up.`
  );
}

function takeOver(gate: PlannedGate, found: ExistingEnvironment, mark: string) {
  const surplus = unwanted(gate, found);
  if (surplus.length > 0) {
    const refusal =
      `${where(gate)} exists already and lets ${list(surplus)} deploy, which delivery/process.yaml does not. ` +
      "Remove that in GitHub (Settings, Environments), or add it to the process.";
    return { gate, refusals: [refusal] };
  }
  const variables = gate.variables.map((variable) => adopted(variable, found));
  const kept = variables.filter(({ adopt }) => adopt === "as is").map(({ name }) => name);
  const notice =
    `${where(gate)} exists already without the mark of a stack (the variable ${mark}) and is taken over: its reviewers, its wait and ` +
    "the right of administrators to bypass become what delivery/process.yaml says." +
    (kept.length > 0 ? ` ${kept.join(", ")} keep their values for now; the next preview shows how they change.` : "");
  return { gate: { ...gate, variables }, notices: [notice] };
}

function adopted(variable: PlannedVariable, { variables }: ExistingEnvironment): PlannedVariable {
  const value = variables.get(variable.name);
  if (value === undefined) return variable;
  return { ...variable, adopt: value === variable.value ? "same" : "as is" };
}

/** What a refresh does not see: it looks at what the stack made, and keeps reviewers in mind whom GitHub no longer has. */
function watch(gate: PlannedGate, found: ExistingEnvironment): string[] {
  const notices: string[] = [];
  const surplus = unwanted(gate, found);
  if (surplus.length > 0) {
    notices.push(
      `${where(gate)} lets ${list(surplus)} deploy, which delivery/process.yaml does not (any more). ` +
        "If this run does not remove that, somebody has added it in GitHub: remove it there.",
    );
  }
  if (gate.reviewers.length > 0 && found.reviewers === 0) {
    notices.push(
      `${where(gate)} has lost its reviewers in GitHub, so that nobody is asked. ` +
        "Remove the environment there and run `up --refresh`, which makes it again.",
    );
  }
  return notices;
}

function unwanted(gate: PlannedGate, found: ExistingEnvironment): DeploymentPattern[] {
  return found.patterns.filter(
    ({ kind, pattern }) => !gate.patterns.some((wanted) => wanted.kind === kind && wanted.pattern === pattern),
  );
}

function list(patterns: readonly DeploymentPattern[]): string {
  return patterns.map(({ kind, pattern }) => `the ${kind} ${pattern}`).join(" and ");
}
