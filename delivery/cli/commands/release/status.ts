import type { Command } from "commander";
import { promotionLine as lineOf } from "../../../process/promotion-line.ts";
import { neededRoles } from "../../../release/service/ask.ts";
import type { Desk } from "../../../release/service/desk.ts";
import { activeHolds, activeStops } from "../../../release/store/brakes.ts";
import { getBundle } from "../../../release/store/bundles.ts";
import { listDebts } from "../../../release/store/debts.ts";
import { listDecisions } from "../../../release/store/decisions.ts";
import { listDeployments } from "../../../release/store/deployments.ts";
import { listEvidence } from "../../../release/store/evidence.ts";
import { listIncidents } from "../../../release/store/incidents.ts";
import { getPromotion, listPromotions } from "../../../release/store/promotions.ts";
import { standingOf } from "../../../release/store/standing.ts";
import { printJson, styled, table } from "../../terminal.ts";
import { atDesk, numberOf, type ReleaseOptions, releaseCommand } from "./session.ts";

/** Adds `release status` and `release history`. */
export function addStatus(release: Command): void {
  releaseCommand(release, "status", {
    summary:
      "Where every version is, what waits for whom, and what holds releases up; with a number, all that is known of one promotion.",
    example: "./slipway release status",
  })
    .argument("[promotion]", "its number")
    .action((promotion: string | undefined, options: ReleaseOptions) =>
      atDesk(options, ({ desk }) =>
        promotion === undefined ? overview(desk, options) : one(desk, numberOf("promotion", promotion), options),
      ),
    );
  releaseCommand(release, "history", {
    summary: "What was deployed, the newest first.",
    example: "./slipway release history --environment production",
  })
    .option("--environment <name>", "one environment")
    .option("--limit <number>", "how many at most", "20")
    .action((options: ReleaseOptions & { environment?: string; limit: string }) =>
      atDesk(options, ({ desk }) => history(desk, options)),
    );
}

async function overview(desk: Desk, options: ReleaseOptions): Promise<void> {
  const { client, process: rules } = desk;
  const environments = [];
  for (const name of lineOf(rules)) {
    const [last] = await listDeployments(client, { environment: name, limit: 1 });
    environments.push({ name, last, deployables: await standingOf(client, name) });
  }
  const open = await listPromotions(client, { states: ["open", "deploying"] });
  const waiting = [];
  for (const promotion of open) {
    const { version } = await getBundle(client, promotion.bundle);
    waiting.push({ promotion, version, missing: await (await neededRoles(desk, promotion)).missing });
  }
  const [stops, holds, debts, incidents] = [
    await activeStops(client),
    await activeHolds(client),
    await listDebts(client, { unpaid: true }),
    await listIncidents(client, { unresolved: true }),
  ];
  if (options.json) return printJson({ environments, waiting, stops, holds, debts, incidents });
  const rows = environments.map(({ deployables, last, name }) => [
    styled("bold", name),
    Object.entries(deployables)
      .map(([key, { version }]) => `${key} ${version}`)
      .join(", ") || "nothing yet",
    last === undefined
      ? ""
      : `${last.endedAt === undefined ? "deploying since" : "since"} ${last.endedAt ?? last.startedAt}`,
    last === undefined ? "" : (last.verdict ?? last.outcome ?? "running"),
  ]);
  const lines = [table(rows)];
  for (const { missing, promotion, version } of waiting)
    lines.push(
      `promotion ${promotion.id}: ${version} to ${promotion.environment}, ${promotion.state}${missing.length > 0 ? `, waits for ${missing.join(", ")}` : ""}`,
    );
  for (const { environment, reason, since } of stops)
    lines.push(styled("red", `stopped ${environment ?? "everywhere"} since ${since}: ${reason}`));
  for (const { environment, reason, since } of holds) lines.push(`held ${environment} since ${since}: ${reason}`);
  for (const { dueAt, id, promotion, review } of debts)
    lines.push(`owed: ${review} for promotion ${promotion} by ${dueAt} (./slipway release review ${id} --link <url>)`);
  for (const { acknowledged, incident, severity } of incidents)
    lines.push(`incident ${incident}, ${severity}: ${acknowledged ? `${acknowledged.by} has it` : "nobody has it"}`);
  process.stdout.write(`${lines.join("\n")}\n`);
}

async function one(desk: Desk, id: number, options: ReleaseOptions): Promise<void> {
  const { client } = desk;
  const promotion = await getPromotion(client, id);
  const bundle = await getBundle(client, promotion.bundle);
  const decisions = await listDecisions(client, id);
  const evidence = await listEvidence(client, promotion.bundle, promotion.environment);
  const [deployment] = await listDeployments(client, { promotion: id });
  if (options.json) return printJson({ promotion, bundle, decisions, evidence, ...(deployment && { deployment }) });
  const lines = [
    `promotion ${id}: ${bundle.version} (${bundle.digest}) to ${promotion.environment}, ${promotion.state}`,
    `  asked for by ${promotion.requestedBy} at ${promotion.requestedAt}`,
    `  changes ${promotion.changed.join(", ")}`,
    ...decisions.map(({ actor, comment, decidedAt, decision, role }) =>
      `  ${decision === "approve" ? "approved" : "rejected"} as ${role} by ${actor} at ${decidedAt} ${comment ?? ""}`.trimEnd(),
    ),
    ...evidence.map(({ actor, link, validation, verdict }) => `  ${validation}: ${verdict}, ${link} (${actor})`),
    ...(deployment
      ? [
          `  deployment ${deployment.id}: ${deployment.outcome ?? "running"}${deployment.verdict ? `, verification ${deployment.verdict}` : ""}`,
        ]
      : []),
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}

async function history(
  { client }: Desk,
  options: ReleaseOptions & { environment?: string; limit: string },
): Promise<void> {
  const limit = numberOf("list", options.limit);
  const { environment } = options;
  const deployments = await listDeployments(client, { ...(environment !== undefined && { environment }), limit });
  const bundles = new Map<string, string>();
  for (const { bundle } of deployments) bundles.set(bundle, (await getBundle(client, bundle)).version);
  if (options.json) return printJson(deployments.map((each) => ({ ...each, version: bundles.get(each.bundle) })));
  const rows = deployments.map((each) => [
    String(each.id),
    each.startedAt,
    each.environment,
    `${each.rollback ? "back to " : ""}${bundles.get(each.bundle)}`,
    each.startedBy,
    each.outcome ?? "running",
    each.verdict ?? "",
  ]);
  process.stdout.write(rows.length > 0 ? `${table(rows)}\n` : "nothing was deployed yet\n");
}
