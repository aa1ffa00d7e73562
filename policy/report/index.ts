import type { ReportFormat } from "./format.ts";
import type { FormatName } from "./format-names.ts";
import { html } from "./html/page.ts";
import { json } from "./json.ts";
import { markdown } from "./markdown.ts";
import { oscal } from "./oscal.ts";
import { sarif } from "./sarif.ts";

/** Every format that a report is written in, by the name that `policy report --format` takes. */
export const formats = { json, markdown, sarif, html, oscal } as const satisfies Readonly<
  Record<FormatName, ReportFormat>
>;
