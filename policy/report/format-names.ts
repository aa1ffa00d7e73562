/** In what forms a report is written. */
export const formatNames = ["json", "markdown", "sarif", "html", "oscal"] as const;
export type FormatName = (typeof formatNames)[number];
