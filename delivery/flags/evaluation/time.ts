const written =
  /^(?!0000)(\d{4}-\d\d-\d\d)(?:T((?:[01]\d|2[0-3]):[0-5]\d)(?:(:[0-5]\d)(\.\d+)?)?(Z|[+-](?:[01]\d|2[0-3]):[0-5]\d))?$/;

/**
 * Milliseconds of a date (midnight in UTC), or of a time with its zone; NaN for anything else. JavaScript's own parser takes far more, by rules that
 * no database has and with the zone of the machine, so that two would answer differently.
 */
export function parseTime(text: string): number {
  const [, date, minutes = "00:00", seconds = ":00", fraction = "", zone = "Z"] = written.exec(text) ?? [];
  if (date === undefined) return Number.NaN;
  const midnight = new Date(`${date}T00:00:00Z`);
  if (Number.isNaN(midnight.getTime()) || midnight.toISOString().slice(0, 10) !== date) return Number.NaN;
  return new Date(`${date}T${minutes}${seconds}${fraction.slice(0, 4)}${zone}`).getTime();
}
