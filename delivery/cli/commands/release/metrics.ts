import type { Command } from "commander";
import { checkoutRoot } from "../../../../sandbox/paths.ts";
import { UsageError } from "../../../errors.ts";
import { metricsHtml } from "../../../metrics/html/page.ts";
import { loadMetricsFacts } from "../../../metrics/load.ts";
import { metricsMarkdown } from "../../../metrics/markdown.ts";
import { type MetricsReport, metricsReport } from "../../../metrics/report.ts";
import { environmentOf } from "../../../process/requirements.ts";
import { Repository } from "../../../release/repository.ts";
import type { Desk } from "../../../release/service/desk.ts";
import { printJson, printNote } from "../../terminal.ts";
import { countOf } from "../count-option.ts";
import { writeOutput } from "../write-output.ts";
import { metricsText } from "./metrics-text.ts";
import { atDesk, type ReleaseOptions, releaseCommand } from "./session.ts";

interface MetricsOptions extends ReleaseOptions {
  readonly weeks: string;
  readonly environment?: string;
  readonly markdown?: boolean;
  readonly html?: string;
}

/** Ten years. */
const mostWeeks = 522;

/** Adds `release metrics`. */
export function addMetrics(release: Command): void {
  releaseCommand(release, "metrics", {
    summary:
      "How releases went: success rate, approval time, rollback rate, emergency share and frequency against the process' targets, and\nDORA's five metrics of each deployable. Where there are too few deployments, no verdict is given.",
    example: "./slipway release metrics --environment production --html metrics.html",
  })
    .option("--weeks <number>", "how many, the one that has begun included", "12")
    .option("--environment <name>", "one environment; all when absent")
    .option("--markdown", "as Markdown, week by week")
    .option("--html <file>", "as one page with charts, into the file")
    .action(async (options: MetricsOptions) => {
      const weeks = countOf("--weeks", options.weeks, mostWeeks);
      onlyOneForm(options);
      await atDesk(options, async ({ desk }) => {
        const report = await reportAt(desk, new Repository(checkoutRoot), weeks, options.environment);
        print(report, options);
      });
    });
}

function onlyOneForm({ html, json, markdown }: MetricsOptions): void {
  const forms = [json && "--json", markdown && "--markdown", html !== undefined && "--html"].filter(Boolean);
  if (forms.length > 1)
    throw new UsageError(`${forms.join(" and ")} are forms of the same report.\n  Leave all but one of them out.`);
}

/**
 * The metrics of the last weeks, from the release database and the checkout.
 * @param environment @default all
 * @throws UserError when the process has no such environment
 */
export async function reportAt(
  { client, now, process: rules }: Pick<Desk, "client" | "now" | "process">,
  commits: Pick<Repository, "contained">,
  weeks: number,
  environment?: string,
): Promise<MetricsReport> {
  if (environment !== undefined) environmentOf(rules, environment);
  const at = { now: now(), weeks };
  const report = metricsReport(rules, await loadMetricsFacts(client, rules, commits, at), at);
  if (environment === undefined) return report;
  return { ...report, environments: report.environments.filter((one) => one.environment === environment) };
}

function print(report: MetricsReport, { environment, html, json, markdown }: MetricsOptions): void {
  if (!json && report.environments.length === 0) printNote(`nothing was deployed to ${environment} yet`);
  if (json) printJson(report);
  else if (markdown) process.stdout.write(metricsMarkdown(report));
  else if (html === undefined) process.stdout.write(`${metricsText(report)}\n`);
  else {
    writeOutput(html, metricsHtml(report));
    printNote(`the report is in ${html}`);
  }
}
