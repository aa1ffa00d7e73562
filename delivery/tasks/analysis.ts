import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { UserError } from "../errors.ts";
import { judge, type Look, type Patience, type Verdict } from "./analysis-verdict.ts";

/** Which canary is watched, as the environment of the Job's pod says. */
export interface AnalysisOrder {
  readonly namespace: string;
  readonly deployment: string;
  /** Fractions are fine; 0 judges by one look. */
  readonly minutes: number;
  /** Names of CloudWatch alarms that end the rollout when they begin to fire. */
  readonly alarms: readonly string[];
  readonly region: string;
}

const variables = z.object({
  ANALYSIS_NAMESPACE: z.string().min(1),
  ANALYSIS_DEPLOYMENT: z.string().min(1),
  ANALYSIS_MINUTES: z
    .string()
    .regex(/^[0-9]+(\.[0-9]+)?$/)
    .transform(Number),
  ANALYSIS_ALARMS: z
    .string()
    .default("")
    .transform((text) => text.split(",").flatMap((name) => name.trim() || [])),
  AWS_REGION: z.string().min(1),
});

/**
 * Reads the order from the environment.
 * @throws UserError that names every variable that is missing or wrong
 */
export function analysisOrder(env: NodeJS.ProcessEnv = process.env): AnalysisOrder {
  const parsed = variables.safeParse(env);
  if (!parsed.success) {
    const names = parsed.error.issues.map((issue) => issue.path.join(".")).join(", ");
    throw new UserError(
      `This command runs in the Job that watches over a canary; missing or wrong in its environment: ${names}.\n  Let ./slipway up start it.`,
    );
  }
  const { data } = parsed;
  return {
    namespace: data.ANALYSIS_NAMESPACE,
    deployment: data.ANALYSIS_DEPLOYMENT,
    minutes: data.ANALYSIS_MINUTES,
    alarms: data.ANALYSIS_ALARMS,
    region: data.AWS_REGION,
  };
}

/** What the watch sees and may do. */
export interface Eyes {
  /** @throws when the cluster or CloudWatch cannot be asked now */
  look(): Promise<Omit<Look, "at">>;
  /** Takes the canary away: no copy is left of it. */
  takeBack(): Promise<void>;
}

/** How the time goes; tests bring their own. */
export interface Clock {
  now(): number;
  pause(milliseconds: number): Promise<void>;
}

const realClock: Clock = {
  now: () => performance.now(),
  pause: async (milliseconds) => {
    await sleep(milliseconds);
  },
};

/** In milliseconds. */
const interval = 5_000;
const absence = 180_000;
/** How long nothing may be seen: a call may fail, and the API server may be exchanged. */
const blindness = 90_000;

/**
 * Watches over a canary until it is judged, and takes it away when it is at fault.
 * @param tell hears each line of what is seen
 * @throws UserError with the reasons when the rollout must not go on
 */
export async function watchCanary(
  order: AnalysisOrder,
  eyes: Eyes,
  tell: (line: string) => void,
  clock: Clock = realClock,
): Promise<void> {
  const patience: Patience = { bake: order.minutes * 60_000, absence };
  const looks: Look[] = [];
  const begun = clock.now();
  let seenAt = begun;
  tell(
    `watching ${order.namespace}/${order.deployment} for ${order.minutes} min, alarms: ${order.alarms.join(", ") || "none"}`,
  );
  for (;;) {
    const trouble = await see(eyes, looks, clock);
    if (trouble === undefined) seenAt = clock.now();
    else tell(`cannot look: ${trouble}`);
    const verdict: Verdict =
      trouble !== undefined && clock.now() - seenAt >= blindness
        ? { kind: "failed", reasons: [`nothing could be seen: ${trouble}`], takeBack: false }
        : judge(looks, patience);
    if (looks.length === 1 && trouble === undefined) describeStart(looks, tell);
    // What was seen last is old news when this look failed.
    if (verdict.kind === "passed" && trouble === undefined) {
      tell(`passed: the canary was well for ${minutesOf(clock.now() - begun)} min`);
      return;
    }
    if (verdict.kind === "failed") throw await refuse(order, eyes, verdict);
    await clock.pause(interval);
  }
}

async function see(eyes: Eyes, looks: Look[], clock: Clock): Promise<string | undefined> {
  try {
    const seen = await eyes.look();
    looks.push({ at: clock.now(), ...seen });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function describeStart([first]: readonly Look[], tell: (line: string) => void): void {
  for (const { name, ready, restarts } of first?.pods ?? [])
    tell(`pod ${name}: ${ready ? "ready" : "not ready"}, ${restarts} restarts`);
  for (const [name, state] of Object.entries(first?.alarms ?? {}))
    if (state === "ALARM") tell(`the alarm "${name}" fired before the watch began: it does not count`);
}

async function refuse(
  { deployment, namespace }: AnalysisOrder,
  eyes: Eyes,
  { reasons, takeBack }: Extract<Verdict, { kind: "failed" }>,
): Promise<UserError> {
  const left = takeBack ? await takeAway(eyes) : "It was left as it is.";
  return new UserError(
    `The rollout ends with the canary ${namespace}/${deployment}: ${reasons.join("; ")}.\n` +
      `  ${left} The other copies go on with the version that they run.\n` +
      "  Set the image in slipway:images back, or to a mended one, and run up again. To watch the same one once more, delete this Job and run up with --refresh.",
  );
}

async function takeAway(eyes: Eyes): Promise<string> {
  try {
    await eyes.takeBack();
    return "It was scaled to 0.";
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return `It could not be scaled to 0 (${why}) and still gets requests: do it by hand.`;
  }
}

const minutesOf = (milliseconds: number): string => (milliseconds / 60_000).toFixed(1);
