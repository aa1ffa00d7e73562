import type { Report } from "./model.ts";

/** A way to write reports down. The same reports give the same text, to the letter. */
export interface ReportFormat {
  /** Ending of a file's name, without the dot. */
  readonly extension: string;
  write(reports: readonly Report[]): string;
}
