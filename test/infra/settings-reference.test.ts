import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { referenceFile, settingsReference } from "../../infra/settings-reference.ts";

const page = readFileSync(referenceFile, "utf8");

describe("infra/settings-reference", () => {
  it("is written down as it is now (npm run settings:reference)", () => {
    assert.equal(settingsReference(page), page);
  });

  it("tells a setting's meaning, default and rule", () => {
    assert.match(page, /^\| `slipway:database\.backupDays` \| for how many days .* \| `7` \| 1 to 35 \|$/m);
    assert.match(page, /^\| `slipway:github\.environments\.<name>\.waitMinutes` \| .* \| {2}\| 0 to 43200/m);
  });

  it("names the group that another one is like, instead of repeating it", () => {
    assert.match(
      page,
      /^\| `slipway:services\.frontend` \| the web application \| \| as `slipway:services\.backend` \|$/m,
    );
  });

  it("refuses a page without the marks, whose text it would lose", () => {
    assert.throws(() => settingsReference("# Settings"), /lacks the marks/);
  });
});
