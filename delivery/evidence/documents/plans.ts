import { ownValue } from "../../flags/flag.ts";
import { minutesInWords } from "../../release/gate-words.ts";
import { properties, text } from "../markdown.ts";
import type { Subject } from "../subject.ts";
import { type Draft, joined, place, role, validationPart, when } from "./draft.ts";

/** "Deployment plan and runbook": what was to happen, in which order, when, and what was made ready. */
export function deploymentPlan(subject: Subject): Draft {
  return joined(
    { heading: "Plan", ...plan(subject) },
    { heading: "Runbook", ...runbook(subject) },
    {
      heading: "Readiness",
      ...validationPart(subject, "deployment-plan"),
    },
  );
}

function plan(subject: Subject): Draft {
  const { bundle, deployment, gate, process, promotion } = subject;
  if (promotion === undefined)
    return { lines: [], gaps: ["Without a promotion nothing says what was planned."], found: false };
  const environment = ownValue(process.environments, deployment.environment);
  return {
    lines: properties([
      ["Environment", text(place(subject, deployment.environment))],
      ["Stack", environment && text(environment.stack)],
      ["Deployables", text(promotion.changed.join(", ") || "none")],
      ["Migrations up to", bundle?.migration === undefined ? undefined : text(bundle.migration)],
      ["Feature flags", bundle && text(bundle.features.join(", ") || "none")],
      [
        "Calendar",
        environment?.windows
          ? `windows and blackouts of ${text(process.calendar.timeZone)} hold`
          : "no window holds here",
      ],
      ["Window at the start", gate?.answer.closesAt === undefined ? undefined : `until ${when(gate.answer.closesAt)}`],
      ["Stood in the environment before for at least", environment && minutesInWords(environment.soak)],
    ]),
    gaps:
      gate === undefined
        ? ["The gate's answer is not stored, so that nothing shows that the plan's conditions held."]
        : [],
    found: true,
  };
}

/** What every deployment does. */
function runbook({ promotion }: Subject): Draft {
  if (promotion === undefined) return { lines: [], gaps: [], found: false };
  const steps = [
    `The gate is asked at the moment of the start: \`./slipway release gate\`. Without "open" nothing begins.`,
    `The deployment is recorded and runs, one at a time in an environment: \`./slipway release deploy\`.`,
    "The stack is brought up with the bundle's images, by digest; migrations run before the services that need them.",
    `It is verified, and the verdict recorded: \`./slipway release verify\`.`,
    "On a failed verdict or a trigger: the rollback plan.",
  ];
  return { lines: steps.map((step, index) => `${index + 1}. ${step}`), gaps: [], found: false };
}

/** "Rollback plan and testing evidence": where to, by whom, by which triggers, and what shows that it works. */
export function rollbackPlan(subject: Subject): Draft {
  const tested = validationPart(subject, "rollback-plan");
  const none =
    tested.found || tested.gaps.length > 0 ? [] : ["Nothing is stored that shows the way back tested for this bundle."];
  return joined(
    { heading: "Way back", ...wayBack(subject) },
    { heading: "Who may, and what does by itself", ...authority(subject) },
    { heading: "Tested", ...tested, gaps: [...tested.gaps, ...none] },
  );
}

function wayBack({ deployment, gate, promotion, wayBack: target }: Subject): Draft {
  const irreversible = gate?.facts.rollbackTarget?.irreversible ?? [];
  const lines = [
    ...properties([
      [
        "The last verified bundle when this began",
        target === undefined
          ? "none: without one the only way is forward, with a fix"
          : `${text(target)}${target === deployment.bundle ? ", which is this one" : ""}`,
      ],
      ["Migrations that cannot come back", irreversible.length === 0 ? undefined : text(irreversible.join(", "))],
    ]),
    ...(target === undefined || promotion?.rollback !== undefined
      ? []
      : ["", "In one command: `./slipway release rollback`."]),
  ];
  return { lines, gaps: [], found: target !== undefined };
}

function authority(subject: Subject): Draft {
  const { promotion, process } = subject;
  const { authority: may, triggers } = process.rollback;
  const titles = (keys: readonly string[]) => text(keys.map((key) => role(subject, key)).join(", "));
  const own = (promotion?.changed ?? []).flatMap((one): [string, string][] => {
    const roles = ownValue(may.deployables, one);
    return roles === undefined ? [] : [[`Also for ${text(one)}`, titles(roles)]];
  });
  const lines = properties([
    ["At once", titles(may.immediate)],
    ["Planned, with the approval of", titles(may.planned)],
    ...own,
    [
      "Triggers",
      text(
        Object.values(triggers)
          .map(({ title }) => title)
          .join("; ") || "none",
      ),
    ],
  ]);
  return { lines, gaps: [], found: false };
}
