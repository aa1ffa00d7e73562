import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";

/** One CloudWatch alarm of a plan. */
export interface PlannedAlarm {
  /** What it watches, the last part of its logical and physical name, for example `storage`; lower case and hyphens. */
  readonly part: string;
  /** The metric's name, for example `FreeStorageSpace`. */
  readonly metric: string;
  /** The metric's namespace, for example `AWS/RDS`. */
  readonly namespace: string;
  readonly dimensions: Readonly<Record<string, pulumi.Input<string>>>;
  readonly threshold: number;
  readonly comparison:
    | "GreaterThanThreshold"
    | "GreaterThanOrEqualToThreshold"
    | "LessThanThreshold"
    | "LessThanOrEqualToThreshold";
  /** How a period's values become one; either this or `extendedStatistic`. */
  readonly statistic?: "Average" | "Maximum" | "Minimum" | "SampleCount" | "Sum";
  /** A percentile such as `p99`. */
  readonly extendedStatistic?: string;
  /** The length of a period: a multiple of 60. */
  readonly periodSeconds: number;
  /** How many of the last periods are looked at. */
  readonly evaluationPeriods: number;
  /** How many of them must be over the threshold. @default all of them */
  readonly datapointsToAlarm?: number;
  /** What a period without values means. `missing` keeps the state and tells nobody. */
  readonly treatMissingData: "breaching" | "notBreaching" | "ignore" | "missing";
  /** What is wrong when it fires and what to do: the text of the mail. */
  readonly description: string;
}

/** What the alarms of one component have in common. */
export interface AlarmPlace {
  /** The component that the alarms watch over. */
  readonly parent: pulumi.Resource;
  /** The logical name of an alarm, from its part. */
  readonly childName: (part: string) => string;
  /** The physical name of an alarm, from its part; at most 255 characters. */
  readonly physicalName: (part: string) => string;
  readonly tags: Record<string, string>;
  /** Who is told, also when all is well again. */
  readonly topicArn: pulumi.Input<string>;
}

/** Builds what a planner planned. An alarm that fires says so, and says so again when it ends. */
export function createAlarms(alarms: readonly PlannedAlarm[], place: AlarmPlace): aws.cloudwatch.MetricAlarm[] {
  return alarms.map(
    (alarm) =>
      new aws.cloudwatch.MetricAlarm(
        place.childName(alarm.part),
        {
          name: place.physicalName(alarm.part),
          alarmDescription: alarm.description,
          namespace: alarm.namespace,
          metricName: alarm.metric,
          dimensions: { ...alarm.dimensions },
          comparisonOperator: alarm.comparison,
          threshold: alarm.threshold,
          ...(alarm.statistic === undefined ? {} : { statistic: alarm.statistic }),
          ...(alarm.extendedStatistic === undefined ? {} : { extendedStatistic: alarm.extendedStatistic }),
          period: alarm.periodSeconds,
          evaluationPeriods: alarm.evaluationPeriods,
          datapointsToAlarm: alarm.datapointsToAlarm ?? alarm.evaluationPeriods,
          treatMissingData: alarm.treatMissingData,
          alarmActions: [place.topicArn],
          okActions: [place.topicArn],
          tags: place.tags,
        },
        { parent: place.parent },
      ),
  );
}
