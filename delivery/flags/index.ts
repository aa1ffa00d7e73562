/** What an application imports as `slipway/flags`. */
export { type Explanation, formatExplanation } from "./evaluation/explain.ts";
export type { FlagContext } from "./evaluation/model.ts";
export { ExperimentLog, type ExperimentLogOptions } from "./experiments/log.ts";
export { type PostgresSinkOptions, postgresSink } from "./experiments/postgres-sink.ts";
export type { FlagEnvironment } from "./flag.ts";
export {
  type Evaluation,
  type FlagSource,
  type FlagsEvent,
  type Freshness,
  LiveFlags,
  type LiveFlagsOptions,
  type Participant,
  type SourceReports,
} from "./live-flags.ts";
export { SlipwayProvider } from "./open-feature.ts";
export { type PostgresSourceOptions, postgresSource } from "./postgres-source.ts";
export type { StoredFlag } from "./translate.ts";
