import {
  ErrorCode,
  type EvaluationContext,
  type JsonValue,
  OpenFeatureEventEmitter,
  type Provider,
  ProviderEvents,
  ProviderFatalError,
  type ResolutionDetails,
  StandardResolutionReasons,
} from "@openfeature/server-sdk";
import type { FlagContext } from "./evaluation/model.ts";
import type { ExperimentLog } from "./experiments/log.ts";
import type { Evaluation, FlagsEvent, LiveFlags } from "./live-flags.ts";

/** The kinds of values that OpenFeature asks for. */
const accepts = {
  boolean: (value: unknown) => typeof value === "boolean",
  string: (value: unknown) => typeof value === "string",
  number: (value: unknown) => typeof value === "number",
  object: (value: unknown) => typeof value === "object" && value !== null,
} as const;
type Kind = keyof typeof accepts;

/**
 * Slipway's flags for the OpenFeature server SDK. The context's `targetingKey` is the user, unless it has a `userId`;
 * `organizationId` and any other field are for targeting.
 *
 * A flag that is off is `false` to who asks for a boolean, whatever default the code has: "off" must mean off. To who asks for another
 * kind it is the code's default. A flag that is on is its variant's value, else `true`.
 */
export class SlipwayProvider implements Provider {
  readonly metadata = { name: "slipway" } as const;
  readonly runsOn = "server";
  readonly events = new OpenFeatureEventEmitter();
  private readonly flags: LiveFlags;
  private unsubscribe: (() => void) | undefined;

  private readonly experiments: ExperimentLog | undefined;

  /** @param experiments where it is written who saw which variant and what `track` says. @default nowhere */
  constructor(flags: LiveFlags, experiments?: ExperimentLog) {
    this.flags = flags;
    this.experiments = experiments;
  }

  /** Ready at once or after the flags' patience; it fails for a wrong environment only, and then for good (FATAL). */
  async initialize(): Promise<void> {
    try {
      await this.flags.start();
    } catch (error) {
      throw new ProviderFatalError((error as Error).message, { cause: error });
    }
    this.unsubscribe = this.flags.subscribe((event) => this.tell(event));
    // The SDK says READY when this is over; what is less than that has to be said after it.
    setImmediate(() => {
      if (this.flags.freshness !== "fresh") this.tell({ kind: this.flags.freshness });
    });
  }

  async onClose(): Promise<void> {
    this.unsubscribe?.();
    await this.experiments?.close();
    await this.flags.close();
  }

  /** OpenFeature's tracking: an event of the metric of that name, for the context's user and organization. */
  track(metric: string, context: EvaluationContext, details?: { readonly value?: number }): void {
    const { organizationId, userId } = toFlagContext(context);
    this.experiments?.event({ metric, userId, organizationId, value: details?.value });
  }

  async resolveBooleanEvaluation(key: string, otherwise: boolean, context: EvaluationContext) {
    return this.resolve("boolean", key, otherwise, context);
  }

  async resolveStringEvaluation(key: string, otherwise: string, context: EvaluationContext) {
    return this.resolve("string", key, otherwise, context);
  }

  async resolveNumberEvaluation(key: string, otherwise: number, context: EvaluationContext) {
    return this.resolve("number", key, otherwise, context);
  }

  async resolveObjectEvaluation<T extends JsonValue>(key: string, otherwise: T, context: EvaluationContext) {
    return this.resolve("object", key, otherwise, context);
  }

  private resolve<T>(kind: Kind, key: string, otherwise: T, context: EvaluationContext): ResolutionDetails<T> {
    const evaluation = this.flags.evaluate(key, toFlagContext(context));
    if (evaluation === undefined) {
      return this.flags.freshness === "empty"
        ? failure(otherwise, ErrorCode.PROVIDER_NOT_READY, "neither the database nor a bootstrap could be read")
        : failure(otherwise, ErrorCode.FLAG_NOT_FOUND, `there is no active flag ${key} in ${this.flags.environment}`);
    }
    if (evaluation.problem !== undefined) {
      return failure(otherwise, ErrorCode.PARSE_ERROR, `the flag ${key} cannot be evaluated: ${evaluation.problem}`);
    }
    const value = resolvedValue(evaluation, kind, otherwise);
    if (!accepts[kind](value) && value !== otherwise) {
      return failure(
        otherwise,
        ErrorCode.TYPE_MISMATCH,
        `the flag ${key} is no ${kind}: it is ${JSON.stringify(value)}`,
      );
    }
    if (evaluation.variant !== undefined && this.experiments !== undefined) {
      const participant = this.flags.participant(key, toFlagContext(context));
      if (participant !== undefined) this.experiments.exposure(key, participant);
    }
    return { value: value as T, ...this.details(key, evaluation) };
  }

  private details(
    key: string,
    { reason, freshReason, variant }: Evaluation,
  ): Omit<ResolutionDetails<unknown>, "value"> {
    const metadata = this.flags.metadata(key);
    return {
      reason,
      ...(variant && { variant: variant.name }),
      ...((metadata || freshReason) && { flagMetadata: { ...metadata, ...(freshReason && { freshReason }) } }),
    };
  }

  private tell(event: FlagsEvent): void {
    switch (event.kind) {
      case "changed":
        this.events.emit(ProviderEvents.ConfigurationChanged, { flagsChanged: [...event.keys] });
        break;
      case "fresh":
        this.events.emit(ProviderEvents.Ready, {});
        break;
      case "stale":
        this.events.emit(ProviderEvents.Stale, { message: "the flags may be old: the database is not reached" });
        break;
      case "empty":
        this.events.emit(ProviderEvents.Error, { message: "neither the database nor a bootstrap could be read" });
        break;
    }
  }
}

function toFlagContext(context: EvaluationContext): FlagContext {
  return context.userId === undefined ? { ...context, userId: context.targetingKey } : (context as FlagContext);
}

function resolvedValue<T>({ enabled, variant }: Evaluation, kind: Kind, otherwise: T): unknown {
  if (!enabled) return kind === "boolean" ? false : otherwise;
  if (variant?.payload !== undefined) return variant.payload;
  return kind === "string" && variant !== undefined ? variant.name : true;
}

function failure<T>(value: T, errorCode: ErrorCode, errorMessage: string): ResolutionDetails<T> {
  return { value, reason: StandardResolutionReasons.ERROR, errorCode, errorMessage };
}
