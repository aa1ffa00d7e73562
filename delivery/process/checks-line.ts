import type { ProcessProblem } from "./problem.ts";
import { isPassing } from "./promotion-line.ts";
import type { Process, ProcessEnvironment } from "./schema.ts";

type Environments = Process["environments"];

/** Promotion has to be one line: one first environment, one way on from each, and every lasting environment on it. */
export function lineProblems({ environments }: Process): ProcessProblem[] {
  const names = Object.keys(environments);
  const circles = circlesOf(environments);
  const inCircle = new Set(circles.flat());
  const problems: ProcessProblem[] = [
    ...emptiness(environments),
    ...circles.map((circle) => ({
      keys: ["environments", circle[0] ?? "", "from"],
      what: `leads in a circle (${[...circle, circle[0]].join(" from ")}), so that nothing ever gets there. Let the first of them be without from.`,
    })),
    ...names.filter((name) => !inCircle.has(name)).flatMap((name) => placeProblems(name, environments)),
    ...stackProblems(environments),
  ];
  return problems.length > 0 ? problems : neighbourProblems(environments);
}

function emptiness(environments: Environments): ProcessProblem[] {
  if (Object.values(environments).some((environment) => !isPassing(environment))) return [];
  return [
    {
      keys: ["environments"],
      what: "has none on a lasting stack, so that nothing is ever released. Declare one on dev, staging or prod.",
    },
  ];
}

function placeProblems(name: string, environments: Environments): ProcessProblem[] {
  const environment = environments[name] as ProcessEnvironment;
  const { from } = environment;
  const keys = ["environments", name];
  if (from === undefined) return firstProblems(name, environment, environments);
  const at = [...keys, "from"];
  if (isPassing(environment)) {
    return [{ keys: at, what: "is given, but a pull request's environment takes its own branch. Remove it." }];
  }
  const names = Object.keys(environments);
  const source = Object.hasOwn(environments, from) ? environments[from] : undefined;
  if (source === undefined) return []; // told as an undeclared name
  if (isPassing(source)) {
    return [
      { keys: at, what: `is "${from}", which goes with its pull request. Let it come from an environment that stays.` },
    ];
  }
  const other = names
    .slice(0, names.indexOf(name))
    .find((earlier) => environments[earlier]?.from === from && !isPassing(environments[earlier]));
  if (other !== undefined) {
    return [
      {
        keys: at,
        what: `is "${from}", from which ${other} comes too; promotion is one line. Let one of them come from the other.`,
      },
    ];
  }
  if (names.indexOf(from) > names.indexOf(name)) {
    return [
      { keys: at, what: `is "${from}", which stands further down. Write environments in the order of promotion.` },
    ];
  }
  return [];
}

/** Where bundles are new: the first lasting environment and those of pull requests. */
function firstProblems(name: string, environment: ProcessEnvironment, environments: Environments): ProcessProblem[] {
  const keys = ["environments", name];
  const problems: ProcessProblem[] = [];
  const lasting = Object.keys(environments).filter((other) => !isPassing(environments[other] as ProcessEnvironment));
  const before = lasting.find((other) => environments[other]?.from === undefined);
  if (!isPassing(environment) && before !== undefined && before !== name) {
    problems.push({
      keys,
      what: `cannot be reached by promotion: it has no from, as ${before}, the first one, has none. Say from which environment a bundle comes.`,
    });
    return problems;
  }
  if (environment.soak > 0) {
    problems.push({ keys: [...keys, "soak"], what: "is a time in `from`, which is not given. Remove it." });
  }
  if (environment.completeWithin !== undefined) {
    problems.push({
      keys: [...keys, "completeWithin"],
      what: "counts from the approval in `from`, which is not given. Remove it.",
    });
  }
  return problems;
}

/** Each circle once, beginning with the environment that stands first. */
function circlesOf(environments: Environments): string[][] {
  const circles: string[][] = [];
  for (const start of Object.keys(environments)) {
    if (circles.some((circle) => circle.includes(start))) continue;
    const way: string[] = [];
    let name: string | undefined = start;
    while (name !== undefined && Object.hasOwn(environments, name) && !way.includes(name)) {
      way.push(name);
      name = environments[name]?.from;
    }
    if (name === start) circles.push(way);
  }
  return circles;
}

/** A stack builds one environment; prod may build the one before production beside it (stacks/prod.ts). */
function stackProblems(environments: Environments): ProcessProblem[] {
  return Object.entries(environments).flatMap(([name, { stack }]) => {
    const [first, second, ...others] = onStack(environments, stack);
    const keys = ["environments", name, "stack"];
    if (name === second && stack !== "prod") {
      return [{ keys, what: `is ${stack}, which builds ${first}. A stack builds one environment; only prod two.` }];
    }
    if (!others.includes(name)) return [];
    return [{ keys, what: `is ${stack}, which builds ${first} and ${second}. Give it another stack.` }];
  });
}

/** The two that prod builds follow each other. */
function neighbourProblems(environments: Environments): ProcessProblem[] {
  const [first, second] = onStack(environments, "prod");
  if (first === undefined || second === undefined) return [];
  const from = environments[second]?.from ?? "";
  if (from === first || !Object.hasOwn(environments, from)) return []; // one that is not declared is told as such
  return [
    {
      keys: ["environments", second, "stack"],
      what: `is prod, which builds ${first}, but it does not come from there. prod builds two environments only when one follows the other.`,
    },
  ];
}

function onStack(environments: Environments, stack: string): string[] {
  return Object.keys(environments).filter((name) => environments[name]?.stack === stack);
}
