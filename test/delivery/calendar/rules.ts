import type { z } from "zod";
import { type CalendarRules, calendarSchema } from "../../../delivery/process/schema-calendar.ts";

type Written = z.input<typeof calendarSchema>;

/** The windows of the default process: working hours, critical fixes on Friday, emergencies at the weekend. */
const defaultWindows: Written["windows"] = [
  { days: ["monday", "tuesday", "wednesday", "thursday"], from: "10:00", to: "16:00", for: "normal" },
  { days: ["friday"], from: "10:00", to: "12:00", for: "critical" },
  { days: ["saturday", "sunday"], from: "00:00", to: "24:00", for: "emergency" },
];

/** The blackouts of the default process. */
export const defaultBlackouts: Written["blackouts"] = [
  { title: "Major holidays", holidays: "US" },
  { title: "Black Friday to Cyber Monday", rule: "black-friday-to-cyber-monday" },
  { title: "End of quarter", lastBusinessDaysOfQuarter: 3 },
];

/** Rules as a process file would state them, in New York with the default windows and without blackouts. */
export function rulesOf(written: Partial<Written> = {}): CalendarRules {
  return calendarSchema.parse({ timeZone: "America/New_York", windows: defaultWindows, blackouts: [], ...written });
}
