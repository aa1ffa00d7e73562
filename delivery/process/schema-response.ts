import { z } from "zod";
import { duration, name } from "./schema-values.ts";

const severity = z.strictObject({
  title: z.string().min(1),
  /** Who may let an emergency of this severity through: any one of them. */
  approvers: z.array(name).min(1),
  /** Within what time a fix should be out; "0 min" is at once. */
  within: duration,
  /** Validations that are still needed before it; empty for none. */
  validations: z.array(name).default([]),
  /** Reviews that are owed afterwards, from `reviews`. */
  reviews: z.array(name).default([]),
  /** Whether who asks may also let it through: the power of whoever is on call. */
  alone: z.boolean().default(false),
  /** Whether validations and windows of the standard process hold all the same (windows as for a critical fix). */
  standardProcess: z.boolean().default(false),
});

export const emergencySchema = z.strictObject({
  /** By severity, the worst first. */
  severities: z.record(name, severity),
  /** Who is told, and by when after the declaration, until somebody acknowledges. */
  contacts: z.array(
    z.strictObject({
      role: name,
      within: duration,
      /** Only when customers are hit. */
      customersHit: z.boolean().default(false),
    }),
  ),
  /** By when leadership is told, and who that is. */
  leadership: z.strictObject({ within: duration, roles: z.array(name).min(1) }),
  /** What is owed after an emergency, and by when after its deployment. One that is overdue closes the normal path. */
  reviews: z.record(name, z.strictObject({ title: z.string().min(1), within: duration })),
});

const trigger = z.strictObject({
  title: z.string().min(1),
  /** What is watched. */
  signal: z.enum(["health", "errorRate", "latency"]),
  /** Failures in a row, for `health`. */
  consecutiveFailures: z.int().min(1).optional(),
  /** Percentage points above the baseline, for `errorRate`. */
  risePoints: z.number().positive().optional(),
  /** Percent above the baseline, for `latency`. */
  risePercent: z.number().positive().optional(),
  /** The time in which the rise happens. */
  window: duration.optional(),
});

export const rollbackSchema = z.strictObject({
  /** What goes back by itself. */
  triggers: z.record(name, trigger),
  authority: z.strictObject({
    /** Who may go back at once, without an approval. */
    immediate: z.array(name).min(1),
    /** Whose approval a planned rollback needs: all of them. */
    planned: z.array(name).min(1),
    /** Deployables that need other approvals, all of them, also at once. */
    deployables: z.record(name, z.array(name).min(1)),
  }),
});

const target = z.strictObject({
  /** What is good: above or below the value. */
  better: z.enum(["above", "below", "between"]),
  value: z.number().optional(),
  least: z.number().optional(),
  most: z.number().optional(),
});

export const metricsSchema = z.strictObject({
  /** Percent of deployments. */
  successRate: target,
  /** Hours from request to the last approval. */
  approvalTime: target,
  /** Percent of deployments. */
  rollbackRate: target,
  /** Percent of deployments. */
  emergencyShare: target,
  /** Deployments a week. */
  deploymentFrequency: target,
});
