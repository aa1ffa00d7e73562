import { z } from "zod";
import { calendarSchema } from "./schema-calendar.ts";
import { emergencySchema, metricsSchema, rollbackSchema } from "./schema-response.ts";
import { duration, name } from "./schema-values.ts";

/** Somebody who may decide: a role of the organization, held by the members of one team in GitHub. */
const role = z.strictObject({
  /** As people say it: "QA Lead". */
  title: z.string().min(1),
  /** The team's slug in GitHub. */
  team: name,
});

/** What is released on its own: the sources call it a component of the application. */
const deployable = z.strictObject({
  title: z.string().min(1),
  /** Paths of the repository that belong to it, as GitHub's path filters: a change there is a change of this deployable. */
  paths: z.array(z.string().min(1)).min(1),
  /** Whether a container image, named by its digest, carries it. */
  image: z.boolean().default(false),
});

/** What has to be shown before a deployment, each with its evidence. */
const validation = z.strictObject({
  title: z.string().min(1),
  /** Who or what shows it: a job of a workflow, or a person. */
  by: z.enum(["workflow", "person"]),
});

const environment = z.strictObject({
  title: z.string().min(1),
  /** The stack that builds it: `dev`, `staging`, `prod`, `pr-*`. */
  stack: z.string().regex(/^(dev|staging|prod|pr-\*)$/, { error: "must be dev, staging, prod or pr-*" }),
  /** Where a bundle comes from; absent where it is new. */
  from: name.optional(),
  /** Whether a deployment starts by itself once what it waits for is there. */
  automatic: z.boolean().default(false),
  /** Branches and tags that may deploy, as GitHub's patterns; a feature environment takes every branch. */
  branches: z.array(z.string().min(1)).default([]),
  tags: z.array(z.string().min(1)).default([]),
  /** How long GitHub waits after the approvals. */
  wait: duration.prefault("0 min"),
  /** How long a bundle has to stand verified in `from` before. */
  soak: duration.prefault("0 min"),
  /** Within what time of the approval in `from` the promotion should be done; later is told, not refused. */
  completeWithin: duration.optional(),
  /** After what time an approval no longer counts. */
  approvalsExpire: duration.prefault("3 days"),
  /** Whether the calendar's windows and blackouts hold here. */
  windows: z.boolean().default(false),
  /** Who holds the data. */
  data: z.enum(["made-up", "staging", "production-like", "production subset", "live"]),
  /** Approving roles by deployable: ALL of them, distinct people. An empty list needs nobody. */
  approvals: z.record(name, z.array(name)),
  /** Validations for every deployment here, whatever is deployed. */
  validations: z.array(name).default([]),
  /** Further validations by deployable. */
  deployableValidations: z.record(name, z.array(name)).default({}),
});

/** The release process, as `delivery/process.yaml` states it. What fields mean together is checked by `checks.ts`. */
export const processSchema = z.strictObject({
  /** Counts up when the rules change: approvals are bound to it. */
  version: z.int().min(1),
  /** What this process is called, for people. */
  title: z.string().min(1),
  roles: z.record(name, role),
  deployables: z.record(name, deployable),
  validations: z.record(name, validation),
  /** In the order of promotion. */
  environments: z.record(name, environment),
  calendar: calendarSchema,
  emergency: emergencySchema,
  rollback: rollbackSchema,
  metrics: metricsSchema,
  /** What an auditor gets for each deployment to the last environment: key to title. */
  documents: z.record(name, z.string().min(1)),
  /** Where people are told. */
  notifications: z.strictObject({
    /** The chat channel, for start, success, failure and waiting approvals. */
    channel: z.string().min(1),
  }),
});

export type Process = z.infer<typeof processSchema>;
export type ProcessEnvironment = z.infer<typeof environment>;
