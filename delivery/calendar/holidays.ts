import { createRequire } from "node:module";
import type HolidaysOf from "date-holidays";
import { UserError } from "../errors.ts";
import { BoundedCache } from "./bounded-cache.ts";

/** Days on which a country rests. Days of the calendar as people write them, both included. */
interface Holiday {
  readonly name: string;
  readonly first: string;
  readonly last: string;
}

const require = createRequire(import.meta.url);
const countries = new BoundedCache<string, HolidaysOf>(8);
const years = new BoundedCache<string, readonly Holiday[]>(64);

/**
 * The public holidays of a country that begin in a year, and the days off that stand in for them, in order.
 *
 * - Which days: type `public`, and substitutes of type `public` or `bank` ("Veterans Day (substitute day)" is a bank
 *   holiday in the data, and a day off of the federal government all the same). A holiday on a Sunday and its substitute on
 *   Monday are both there.
 * - The days are the calendar's own, without a time zone: Christmas is the 25th wherever the team sits. A holiday that begins
 *   at sunset counts from the day after; one of a few hours counts as a whole day.
 *
 * @param country two letters, as in ISO 3166: "US", "GB".
 * @throws UserError when the package date-holidays knows no such country.
 */
export function publicHolidays(country: string, year: number): readonly Holiday[] {
  return years.get(`${country} ${year}`, () => holidaysOf(country, year));
}

function holidaysOf(country: string, year: number): Holiday[] {
  const found = countryCalendar(country).getHolidays(year) ?? [];
  return found
    .filter(({ type, substitute }) => type === "public" || (type === "bank" && substitute === true))
    .map(({ name, date, end }) => {
      const first = date.slice(0, 10);
      const [last = first] = [first, new Date(end.getTime() - 1).toISOString().slice(0, 10)].sort().slice(-1);
      return { name, first, last };
    })
    .sort((a, b) => a.first.localeCompare(b.first));
}

function countryCalendar(country: string): HolidaysOf {
  return countries.get(country, () => {
    // Read only when a calendar has holidays: the data takes a quarter of a second.
    const Holidays = require("date-holidays") as typeof HolidaysOf;
    // In UTC `end` has the same day as the calendar, and no clock that changes makes a day longer.
    const calendar = new Holidays(country, { timezone: "UTC", languages: ["en-us", "en"] });
    if (!Object.hasOwn(new Holidays().getCountries(), country)) {
      throw new UserError(
        `calendar.blackouts: no holidays are known for the country "${country}".\n` +
          '  Use a code of ISO 3166 that the package date-holidays has, such as "US", "GB" or "DE".',
      );
    }
    return calendar;
  });
}
