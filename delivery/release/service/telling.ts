import type { Change } from "../store/change.ts";
import { queueNotification } from "../store/notifications.ts";

/** What people are told of. */
export type NoticeKind =
  | "promotion.requested"
  | "deployment.started"
  | "deployment.succeeded"
  | "deployment.failed"
  | "deployment.verified"
  | "incident.contact";

/**
 * Queues a notice as part of the change that it tells of: what was not done is not told, and what was done is told once. A workflow tells
 * of its own steps itself, with its run's page; what escalates is nobody's step.
 */
export async function tell(
  open: Change,
  key: string,
  kind: NoticeKind,
  payload: Readonly<Record<string, string | number | readonly string[]>>,
): Promise<void> {
  if (open.identity.source === "workflow" && kind !== "incident.contact") return;
  await queueNotification(open, { key, kind, payload });
}
