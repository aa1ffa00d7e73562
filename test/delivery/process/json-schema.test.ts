import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import DateHolidays from "date-holidays";
import { holidayCountries } from "../../../delivery/process/holiday-countries.ts";
import { processFileSchema, processSchemaFile } from "../../../delivery/process/json-schema.ts";

describe("what is kept beside the process", () => {
  it("is the schema for editors that the code makes (node delivery/process/json-schema.ts, npm run format)", () => {
    const kept: unknown = JSON.parse(readFileSync(processSchemaFile, "utf8"));
    assert.deepEqual(kept, JSON.parse(JSON.stringify(processFileSchema())));
  });

  it("is the list of countries that date-holidays knows", () => {
    assert.deepEqual([...holidayCountries].sort(), Object.keys(new DateHolidays().getCountries()).sort());
  });
});
