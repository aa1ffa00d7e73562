import { refersTo } from "../../resource.ts";
import type { StackRule } from "../../rule.ts";

const alarmTypes = ["aws:cloudwatch/compositeAlarm:CompositeAlarm", "aws:cloudwatch/metricAlarm:MetricAlarm"];

export const topicSubscriptions: StackRule = {
  name: "topic-subscriptions",
  title: "Somebody hears the alarms",
  severity: "medium",
  category: "logging",
  scope: "stack",
  description: "Every topic that alarms publish to has a subscriber.",
  rationale: "A topic without subscribers takes every message and keeps none: the alarm went off, and nobody was told.",
  remediation: "Add an aws.sns.TopicSubscription.",
  controls: ["SOC2 CC7.2", "ISO27001 A.8.16", "NIST SI-4(5)", "NIST AU-5"],
  appliesTo: ["aws:sns/topic:Topic"],
  environments: ["staging", "preProduction", "production"],
  judge: (topic, stack) => {
    const isForAlarms = stack.ofType(...alarmTypes).some((alarm) => refersTo(alarm, "alarmActions", topic));
    const heard = stack
      .ofType("aws:sns/topicSubscription:TopicSubscription")
      .some((subscription) => refersTo(subscription, "topic", topic));
    return isForAlarms && !heard ? ["has no subscriber."] : [];
  },
};
