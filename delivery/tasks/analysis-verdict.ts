/* Whether a canary is well: the decision, from what was seen of it so far. Pure. */

/** One pod of the canary at one moment. */
export interface SeenPod {
  readonly name: string;
  readonly ready: boolean;
  /** Told to end: moved to another node, or of the version before. */
  readonly leaving: boolean;
  /** How often its containers were started again since it was born. */
  readonly restarts: number;
  /** What Kubernetes says of it, for example `OOMKilled`. */
  readonly why?: string | undefined;
}

/** What a look at the canary shows. */
export interface Look {
  /** Milliseconds since some moment, the same for all looks. */
  readonly at: number;
  /** Undefined when there is none. `template` tells one version from another. */
  readonly deployment: { readonly wanted: number; readonly template: string } | undefined;
  readonly pods: readonly SeenPod[];
  /** The alarms that are watched, by name; undefined when CloudWatch has none of that name. */
  readonly alarms: Readonly<Record<string, AlarmState | undefined>>;
}

export type AlarmState = "OK" | "ALARM" | "INSUFFICIENT_DATA";

export type Verdict =
  | { readonly kind: "watching" }
  | { readonly kind: "passed" }
  | {
      readonly kind: "failed";
      readonly reasons: readonly string[];
      /** Whether the canary is at fault, and so is taken away; else it is left for people to look at. */
      readonly takeBack: boolean;
    };

/** How a canary is judged, in milliseconds. */
export interface Patience {
  /** For how long it must be well. */
  readonly bake: number;
  /** How long there may be no copy that is ready: one that is moved may wait for a new node. */
  readonly absence: number;
}

interface Objection {
  readonly reason: string;
  readonly takeBack: boolean;
}

/**
 * Judges a canary by all looks so far, the first one first. What was so from the start is nobody's fault: an alarm that already rang, a
 * container that was started again before.
 */
export function judge(looks: readonly Look[], patience: Patience): Verdict {
  const [first] = looks;
  const last = looks.at(-1);
  if (!first || !last) return { kind: "watching" };
  // What is no longer the version that was to be watched is not judged, and not taken away either.
  const gone = whyNotTheSame(first, last);
  const found =
    gone === undefined
      ? [
          ...restarts(looks, last),
          ...lostReadiness(looks, last),
          ...absence(looks, last, patience),
          ...alarms(first, last),
        ]
      : [{ reason: gone, takeBack: false }];
  if (found.length > 0) {
    return {
      kind: "failed",
      reasons: found.map(({ reason }) => reason),
      takeBack: found.some(({ takeBack }) => takeBack),
    };
  }
  return last.at - first.at >= patience.bake && isServed(last) ? { kind: "passed" } : { kind: "watching" };
}

function whyNotTheSame(first: Look, last: Look): string | undefined {
  if (!last.deployment) return "the canary's Deployment is not there";
  if (first.deployment && first.deployment.template !== last.deployment.template)
    return "the canary was given another version meanwhile";
  return last.deployment.wanted === 0 ? "the canary was scaled to 0 by somebody" : undefined;
}

const isServed = ({ pods }: Look): boolean => pods.some(({ leaving, ready }) => ready && !leaving);

function restarts([first]: readonly Look[], last: Look): Objection[] {
  const before = new Map(first?.pods.map(({ name, restarts }) => [name, restarts]));
  return last.pods.flatMap(({ leaving, name, restarts, why }) => {
    const times = restarts - (before.get(name) ?? 0);
    if (leaving || times <= 0) return [];
    return [{ reason: `pod ${name} was restarted ${timesOf(times)}${because(why)}`, takeBack: true }];
  });
}

function lostReadiness(looks: readonly Look[], last: Look): Objection[] {
  return last.pods.flatMap(({ leaving, name, ready, why }) => {
    if (leaving || ready) return [];
    const was = looks.some(({ pods }) => pods.some((pod) => pod.name === name && pod.ready));
    return was ? [{ reason: `pod ${name} is no longer ready${because(why)}`, takeBack: true }] : [];
  });
}

function absence(looks: readonly Look[], last: Look, patience: Patience): Objection[] {
  if (isServed(last)) return [];
  const since = looks.findLast(isServed)?.at ?? looks[0]?.at ?? last.at;
  if (last.at - since < patience.absence) return [];
  const whys = last.pods.flatMap(({ leaving, name, why }) => (leaving ? [] : [`${name}${because(why)}`]));
  const seconds = Math.round((last.at - since) / 1000);
  return [
    {
      reason: `no pod of the canary was ready for ${seconds} s: ${whys.join(", ") || "there is none"}`,
      takeBack: true,
    },
  ];
}

function alarms(first: Look, last: Look): Objection[] {
  return Object.entries(last.alarms).flatMap(([name, state]): Objection[] => {
    // Whoever watches for what does not exist watches for nothing.
    if (state === undefined) return [{ reason: `CloudWatch has no alarm "${name}"`, takeBack: false }];
    const rangBefore = first.alarms[name] === "ALARM";
    return state === "ALARM" && !rangBefore ? [{ reason: `the alarm "${name}" fires`, takeBack: true }] : [];
  });
}

const because = (why: string | undefined): string => (why === undefined ? "" : ` (${why})`);
const timesOf = (count: number): string => (count === 1 ? "once" : `${count} times`);
