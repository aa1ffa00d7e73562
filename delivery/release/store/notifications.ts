import type pg from "pg";
import { z } from "zod";
import type { Change } from "./change.ts";
import { instant } from "./rows.ts";

/** Something that people are to be told. */
export interface Notification {
  readonly id: number;
  /** What it is about, such as `deployment/12 started`. */
  readonly key: string;
  readonly kind: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly createdAt: string;
}

const notificationRow = z
  .object({
    id: z.int(),
    key: z.string(),
    kind: z.string(),
    payload: z.record(z.string(), z.unknown()),
    created_at: instant,
  })
  .transform(({ created_at, ...row }): Notification => ({ ...row, createdAt: created_at }));

/** Queues something to be told, as part of the change that it tells of. Of one key only the first is told. */
export async function queueNotification(
  { client }: Change,
  { key, kind, payload }: Pick<Notification, "key" | "kind" | "payload">,
): Promise<void> {
  await client.query(
    "INSERT INTO release.notification (key, kind, payload) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
    [key, kind, JSON.stringify(payload)],
  );
}

/**
 * Sends what is queued, each once as long as no sender is killed between sending and recording it; then it is sent again. Several senders
 * share the work. One that cannot be sent keeps its reason, and nothing after it waits for it.
 * @returns how many were sent, and how many were not
 */
export async function sendNotifications(
  client: pg.ClientBase,
  send: (notification: Notification) => Promise<void>,
): Promise<{ readonly sent: number; readonly failed: number }> {
  let [sent, failed, last] = [0, 0, 0];
  for (;;) {
    await client.query("BEGIN");
    try {
      const { rows } = await client.query(
        "SELECT to_jsonb(n) AS row FROM release.notification n WHERE n.sent_at IS NULL AND n.id > $1 ORDER BY n.id LIMIT 1 FOR UPDATE SKIP LOCKED",
        [last],
      );
      const [found] = rows;
      if (found === undefined) return { sent, failed };
      const notification = notificationRow.parse(found.row);
      last = notification.id;
      const problem = await send(notification).then(
        () => undefined,
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
      await client.query(
        "UPDATE release.notification SET attempts = attempts + 1, problem = $2, sent_at = CASE WHEN $2::text IS NULL THEN now() END WHERE id = $1",
        [notification.id, problem],
      );
      if (problem === undefined) sent++;
      else failed++;
    } finally {
      await client.query("COMMIT");
    }
  }
}
