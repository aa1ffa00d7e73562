import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import type { Outcome } from "../support/checkout.ts";
import { assertNothingIsLost, changed, rounds } from "../support/setting-changes.ts";
import type { StagingContext } from "./context.ts";
import { refusedChanges, settingChanges } from "./setting-changes-table.ts";

/** Every change of the table is previewed by the real engine and plugin on the stack that stands. */
export function settingChangesBlock(staging: StagingContext): void {
  describe("a change of settings", () => {
    const settings = () => staging.checkout.read("Pulumi.staging.yaml");

    for (const round of rounds(settingChanges))
      it(`replaces and deletes nothing that holds data: ${round.map(({ what }) => what).join("; ")}`, () =>
        assertNothingIsLost(round, settings(), (text) => preview(staging, text)));

    for (const change of refusedChanges) {
      it(`is refused when only a replacement could make it: ${change.what}`, async () => {
        const { code, stderr, stdout } = await preview(staging, changed(settings(), [change]));
        assert.notEqual(code, 0);
        assert.match(`${stdout}${stderr}`, change.because);
      });
    }
  });
}

function preview({ checkout, environment }: StagingContext, settings: string): Promise<Outcome> {
  const file = path.join(checkout.folder, "Pulumi.staging.yaml");
  writeFileSync(file, settings);
  return checkout.shell(`pulumi preview --stack staging --json --non-interactive --config-file '${file}'`, environment);
}
