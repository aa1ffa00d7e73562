import type { Rule } from "../../rule.ts";
import { accessLogs } from "./access-logs.ts";
import { alarmActions } from "./alarm-actions.ts";
import { bucketLogs } from "./bucket-logs.ts";
import { buildLogs } from "./build-logs.ts";
import { cacheLogs } from "./cache-logs.ts";
import { clusterLogs } from "./cluster-logs.ts";
import { containerInsights } from "./container-insights.ts";
import { containerLogs } from "./container-logs.ts";
import { databaseAudit } from "./database-audit.ts";
import { databaseInsights } from "./database-insights.ts";
import { databaseLogValues } from "./database-log-values.ts";
import { databaseLogs } from "./database-logs.ts";
import { firewallLogs } from "./firewall-logs.ts";
import { flowLogs } from "./flow-logs.ts";
import { logRetention } from "./log-retention.ts";
import { resourceAlarms } from "./resource-alarms.ts";
import { sessionLogs } from "./session-logs.ts";
import { topicSubscriptions } from "./topic-subscriptions.ts";
import { trail } from "./trail.ts";

export const logging: readonly Rule[] = [
  flowLogs,
  trail,
  clusterLogs,
  databaseLogs,
  containerLogs,
  sessionLogs,
  logRetention,
  accessLogs,
  firewallLogs,
  databaseAudit,
  databaseLogValues,
  cacheLogs,
  buildLogs,
  resourceAlarms,
  alarmActions,
  topicSubscriptions,
  databaseInsights,
  containerInsights,
  bucketLogs,
];
