import type pg from "pg";
import type { Process } from "../../process/schema.ts";
import { change, type Identity } from "../store/change.ts";
import { dueContacts, listIncidents, markTold } from "../store/incidents.ts";
import { type Notification, sendNotifications } from "../store/notifications.ts";
import { tell } from "./telling.ts";

/**
 * Queues a notice for everybody in the chain of contacts whose time has come and who has not been told: of what nobody has acknowledged
 * all of them, of all else leadership. However many do this at once, each is told once.
 * @returns how many were queued
 */
export async function queueDueContacts(
  client: pg.ClientBase,
  process: Pick<Process, "roles">,
  identity: Identity,
  now: string,
): Promise<number> {
  const incidents = new Map((await listIncidents(client)).map((incident) => [incident.id, incident]));
  let queued = 0;
  for (const contact of await dueContacts(client, now)) {
    const incident = incidents.get(contact.incident);
    if (incident === undefined) continue;
    const told = await change(client, identity, async (open) => {
      if (!(await markTold(open, contact.id))) return false;
      await tell(open, `contact/${contact.id}`, "incident.contact", {
        incident: incident.incident,
        severity: incident.severity,
        role: process.roles[contact.role]?.title ?? contact.role,
        team: process.roles[contact.role]?.team ?? contact.role,
        reason: incident.reason,
        customersHit: incident.customersHit ? "customers are hit" : "no customer is hit",
        acknowledged: incident.acknowledged?.by ?? "nobody",
      });
      return true;
    });
    if (told) queued++;
  }
  return queued;
}

/** Sends what is queued to a chat's incoming webhook. @returns how many were sent, and how many could not be */
export function sendToChat(
  client: pg.ClientBase,
  webhook: string,
  channel: string,
  request: typeof fetch = fetch,
): Promise<{ readonly sent: number; readonly failed: number }> {
  return sendNotifications(client, async (notification) => {
    const response = await request(webhook, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ channel, text: noticeText(notification) }),
      signal: AbortSignal.timeout(15_000),
    });
    if (!response.ok) throw new Error(`the chat answered with status ${response.status}`);
  });
}

/** What a notice says, in a line; names and reasons are people's words, in which nothing formats or mentions anybody. */
export function noticeText({ kind, payload }: Pick<Notification, "kind" | "payload">): string {
  const say = (key: string) => plain(String(payload[key] ?? ""));
  switch (kind) {
    case "promotion.requested":
      return `Promotion ${say("promotion")}: ${say("by")} asks for ${say("version")} to go to ${say("environment")}.`;
    case "deployment.started":
      return `${say("version")} is going to ${say("environment")} (promotion ${say("promotion")}, ${say("by")}).`;
    case "deployment.succeeded":
      return `${say("version")} is in ${say("environment")} (promotion ${say("promotion")}).`;
    case "deployment.failed":
      return `${say("version")} did not come to ${say("environment")}: ${say("reason")}`;
    case "deployment.verified":
      return `${say("version")} in ${say("environment")}: verification ${say("verdict")}.`;
    case "incident.contact":
      return `${say("role")}: incident ${say("incident")} (${say("severity")}, ${say("customersHit")}): ${say("reason")} Acknowledged by ${say("acknowledged")}. Say that you have it: ./slipway release acknowledge ${say("incident")}`;
    default:
      return `${plain(kind)}: ${plain(JSON.stringify(payload))}`;
  }
}

/** Slack's control characters as text: https://docs.slack.dev/messaging/formatting-message-text#escaping */
function plain(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll(/\s+/g, " ").trim();
}
