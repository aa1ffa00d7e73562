import type { Settings } from "../../settings.ts";
import type { Problem, SettingPath } from "../problems.ts";
import { problem, type Rule, type RuleInput } from "./rule.ts";

/** The stack's own databases: production carries pre-production's beside its own. */
function databasesOf({ settings: { database, preProduction } }: RuleInput) {
  const all: [SettingPath, Settings["database"] | undefined][] = [
    [["database"], database],
    [["preProduction", "database"], preProduction?.database],
  ];
  return all.flatMap(([path, settings]) => (settings ? [{ path, settings }] : []));
}

export const databaseNamesAreFree: Rule = (input) => {
  const taken = ["postgres", "template0", "template1", "rdsadmin"];
  return databasesOf(input).flatMap(({ path, settings: { name } }) =>
    name !== undefined && taken.includes(name)
      ? [
          problem(
            [...path, "name"],
            `is "${name}", a database of PostgreSQL's or AWS's own.`,
            'Choose another name, for example "teamflow_staging".',
          ),
        ]
      : [],
  );
};

/** RDS refuses a limit that is not at least a tenth above the storage to begin with; an equal one means that nothing grows. */
export const storageMayGrow: Rule = (input) =>
  databasesOf(input).flatMap(({ path, settings: { storageGiB, maxStorageGiB } }) => {
    const least = Math.ceil((storageGiB * 11) / 10);
    if (maxStorageGiB === storageGiB || maxStorageGiB >= least) return [];
    return [
      maxStorageGiB < storageGiB
        ? problem(
            [...path, "maxStorageGiB"],
            `is ${maxStorageGiB}, less than the ${storageGiB} of storageGiB.`,
            "Raise it to at least the storage to begin with.",
          )
        : problem(
            [...path, "maxStorageGiB"],
            `is ${maxStorageGiB}, less than a tenth above the ${storageGiB} of storageGiB.`,
            `Set it to ${least} or more, or to ${storageGiB} if storage shall not grow.`,
          ),
    ];
  });

export const databaseWindowsWork: Rule = (input) =>
  databasesOf(input).flatMap(({ path, settings: { backupWindow, maintenanceWindow } }) => {
    const backups = dailyWindow(backupWindow);
    const patching = weeklyWindow(maintenanceWindow);
    const problems: Problem[] = [];
    if (backups.minutes < 30) {
      problems.push(
        problem(
          [...path, "backupWindow"],
          `is ${backupWindow}, shorter than 30 minutes.`,
          "Set it to 30 minutes or more.",
        ),
      );
    }
    if (patching.minutes < 30 || patching.minutes > dayMinutes) {
      problems.push(
        problem(
          [...path, "maintenanceWindow"],
          `is ${maintenanceWindow}, not between 30 minutes and 24 hours.`,
          "Set it to a window of 30 minutes to 24 hours.",
        ),
      );
    }
    if (
      problems.length === 0 &&
      days.some((_, day) => meet({ ...backups, start: backups.start + day * dayMinutes }, patching))
    ) {
      problems.push(
        problem(
          [...path, "maintenanceWindow"],
          `is ${maintenanceWindow}, which overlaps the backup window ${backupWindow}.`,
          "Move one of the windows; AWS refuses windows that overlap.",
        ),
      );
    }
    return problems;
  });

/** ElastiCache refuses automatic failover without a replica to fail over to. */
export const cachesHaveAStandby: Rule = ({ settings: { cache, preProduction } }) => {
  const all: [SettingPath, Settings["cache"] | undefined][] = [
    [["cache", "replicas"], cache],
    [["preProduction", "cache", "replicas"], preProduction?.cache],
  ];
  return all.flatMap(([path, settings]) =>
    settings?.multiAz && settings.replicas === 0
      ? [
          problem(
            path,
            "is 0, but multiAz needs a replica to fail over to.",
            "Set it to 1 or more, or set multiAz to false.",
          ),
        ]
      : [],
  );
};

const days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const dayMinutes = 24 * 60;
const weekMinutes = days.length * dayMinutes;

/** A window in minutes of the week; it may run past the week's end. */
interface Window {
  readonly start: number;
  readonly minutes: number;
}

const minuteOfDay = (clock: string) => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5));
const minuteOfWeek = (text: string) => days.indexOf(text.slice(0, 3)) * dayMinutes + minuteOfDay(text.slice(4));

/** `03:00-04:00`, as the window of Monday. */
function dailyWindow(text: string): Window {
  const [from = "", to = ""] = text.split("-");
  const start = minuteOfDay(from);
  return { start, minutes: (minuteOfDay(to) - start + dayMinutes) % dayMinutes };
}

/** `sun:04:00-sun:05:00`. */
function weeklyWindow(text: string): Window {
  const [from = "", to = ""] = text.split("-");
  const start = minuteOfWeek(from);
  return { start, minutes: (minuteOfWeek(to) - start + weekMinutes) % weekMinutes };
}

/** Whether two windows share a minute; each end is exclusive. */
function meet(a: Window, b: Window): boolean {
  const afterA = (b.start - a.start + weekMinutes) % weekMinutes;
  const afterB = (a.start - b.start + weekMinutes) % weekMinutes;
  return afterA < a.minutes || afterB < b.minutes;
}
