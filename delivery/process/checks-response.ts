import { type ProcessProblem, repeated } from "./problem.ts";
import type { Process } from "./schema.ts";

/** An emergency that nobody could declare or hear of, a trigger that watches nothing, a target that nothing meets. */
export function responseProblems({ emergency, rollback, metrics }: Process): ProcessProblem[] {
  return [
    ...emergencyProblems(emergency),
    ...Object.entries(rollback.triggers).flatMap(([key, trigger]) => triggerProblems(key, trigger)),
    ...Object.entries(metrics).flatMap(([key, target]) => targetProblems(key, target)),
  ];
}

function emergencyProblems({ severities, contacts }: Process["emergency"]): ProcessProblem[] {
  const problems: ProcessProblem[] = [];
  if (Object.keys(severities).length === 0) {
    problems.push({
      keys: ["emergency", "severities"],
      what: "has none, so that nobody can declare an emergency. Add one.",
    });
  }
  if (contacts.length === 0) {
    problems.push({ keys: ["emergency", "contacts"], what: "names nobody to tell. Begin with who is on call." });
  }
  contacts.forEach(({ within }, index) => {
    const before = contacts[index - 1];
    if (before === undefined || before.within <= within) return;
    problems.push({
      keys: ["emergency", "contacts", index, "within"],
      what: `is earlier than that of ${before.role}, who stands before. Write contacts in the order in which they are told.`,
    });
  });
  for (const { word, index } of repeated(contacts.map(({ role }) => role))) {
    problems.push({
      keys: ["emergency", "contacts", index],
      what: `names ${word} a second time. Name each role once.`,
    });
  }
  return problems;
}

type Trigger = Process["rollback"]["triggers"][string];

/** The numbers that a signal is judged by. */
const numbersOf = {
  health: ["consecutiveFailures"],
  errorRate: ["risePoints", "window"],
  latency: ["risePercent", "window"],
} as const satisfies Record<Trigger["signal"], readonly (keyof Trigger)[]>;

const allNumbers = [...new Set(Object.values(numbersOf).flat())];

function triggerProblems(key: string, trigger: Trigger): ProcessProblem[] {
  const own: readonly string[] = numbersOf[trigger.signal];
  const keys = ["rollback", "triggers", key];
  const problems: ProcessProblem[] = allNumbers.flatMap((number) => {
    const given = trigger[number] !== undefined;
    if (given === own.includes(number)) return [];
    return given
      ? [
          {
            keys: [...keys, number],
            what: `says nothing of ${trigger.signal}, which is judged by ${own.join(" and ")}. Remove it.`,
          },
        ]
      : [{ keys, what: `watches ${trigger.signal} without ${number}. Add it.` }];
  });
  if (trigger.window === 0) {
    problems.push({ keys: [...keys, "window"], what: "is no time at all. Write 1 min at least." });
  }
  return problems;
}

type Target = Process["metrics"][keyof Process["metrics"]];

function targetProblems(key: string, target: Target): ProcessProblem[] {
  const { better, least, most } = target;
  const keys = ["metrics", key];
  const own: readonly string[] = better === "between" ? ["least", "most"] : ["value"];
  const problems: ProcessProblem[] = (["value", "least", "most"] as const).flatMap((number) => {
    const given = target[number] !== undefined;
    if (given === own.includes(number)) return [];
    return given
      ? [
          {
            keys: [...keys, number],
            what: `is given, but "better: ${better}" needs ${own.join(" and ")} alone. Remove it.`,
          },
        ]
      : [{ keys, what: `is better ${better} what it does not say. Add ${number}.` }];
  });
  if (better === "between" && least !== undefined && most !== undefined && least > most) {
    problems.push({ keys: [...keys, "most"], what: `is less than least. Write ${least} or more.` });
  }
  return problems;
}
