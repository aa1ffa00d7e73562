import type { Rule } from "../../rule.ts";
import { autoscalingRange } from "./autoscaling-range.ts";
import { backupCopies } from "./backup-copies.ts";
import { backupRetention } from "./backup-retention.ts";
import { backupSelection } from "./backup-selection.ts";
import { backupVaultLock } from "./backup-vault-lock.ts";
import { bucketVersioning } from "./bucket-versioning.ts";
import { cacheAvailability } from "./cache-availability.ts";
import { cacheBackups } from "./cache-backups.ts";
import { changesInWindow } from "./changes-in-window.ts";
import { databaseAvailability } from "./database-availability.ts";
import { databaseBackups } from "./database-backups.ts";
import { databaseFinalBackups } from "./database-final-backups.ts";
import { deletionProtection } from "./deletion-protection.ts";
import { deploymentStrategy } from "./deployment-strategy.ts";
import { disruptionBudgetEvictions } from "./disruption-budget-evictions.ts";
import { ecsServiceAvailability } from "./ecs-service-availability.ts";
import { ecsServiceRollback } from "./ecs-service-rollback.ts";
import { forcedDeletion } from "./forced-deletion.ts";
import { jobDeadline } from "./job-deadline.ts";
import { keyDeletionWindow } from "./key-deletion-window.ts";
import { loadBalancerZones } from "./load-balancer-zones.ts";
import { natGatewayZones } from "./nat-gateway-zones.ts";
import { networkZones } from "./network-zones.ts";
import { podProbes } from "./pod-probes.ts";
import { podResources } from "./pod-resources.ts";
import { podShutdown } from "./pod-shutdown.ts";
import { podSpread } from "./pod-spread.ts";
import { statefulProtection } from "./stateful-protection.ts";
import { tableRecovery } from "./table-recovery.ts";
import { targetGroupHealth } from "./target-group-health.ts";
import { workloadDisruptionBudget } from "./workload-disruption-budget.ts";
import { workloadReplicas } from "./workload-replicas.ts";
import { zonalShift } from "./zonal-shift.ts";

export const resilience: readonly Rule[] = [
  statefulProtection,
  deletionProtection,
  forcedDeletion,
  databaseBackups,
  databaseFinalBackups,
  databaseAvailability,
  backupSelection,
  backupRetention,
  backupCopies,
  backupVaultLock,
  bucketVersioning,
  tableRecovery,
  keyDeletionWindow,
  cacheAvailability,
  cacheBackups,
  changesInWindow,
  networkZones,
  natGatewayZones,
  loadBalancerZones,
  zonalShift,
  targetGroupHealth,
  ecsServiceRollback,
  ecsServiceAvailability,
  autoscalingRange,
  workloadReplicas,
  workloadDisruptionBudget,
  disruptionBudgetEvictions,
  podSpread,
  podProbes,
  podResources,
  podShutdown,
  deploymentStrategy,
  jobDeadline,
];
