import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { parseDocument } from "yaml";
import { z } from "zod";
import { holdingOf } from "../../../delivery/cli/stateful.ts";
import type { Outcome } from "../support/checkout.ts";
import type { StagingContext } from "./context.ts";
import { refusedChanges, type SettingChange, settingChanges } from "./setting-changes-table.ts";

const previewSchema = z.object({ steps: z.array(z.object({ op: z.string(), urn: z.string() })) });

/** Operations by which something that was there goes. */
const losing = new Set(["delete", "delete-replaced", "create-replacement", "replace", "discard", "discard-replaced"]);

/** Every change of the table is previewed by the real engine and plugin on the stack that stands. */
export function settingChangesBlock(staging: StagingContext): void {
  describe("a change of settings", () => {
    for (const change of settingChanges) {
      it(`replaces and deletes nothing that holds data: ${change.what}`, async () => {
        const { code, stdout, stderr } = await preview(staging, change);
        assert.equal(code, 0, `${stderr}\n${stdout.slice(-3000)}`);
        const { steps } = previewSchema.parse(JSON.parse(stdout));
        assert.deepEqual(
          steps.filter(({ op, urn }) => losing.has(op) && holdingOf(typeOf(urn)) !== undefined),
          [],
        );
        // Otherwise the change has no effect, and the table proves nothing by it.
        assert.ok(
          change.noEffect || steps.some(({ op }) => op !== "same"),
          "the preview shows that nothing would change",
        );
      });
    }

    for (const change of refusedChanges) {
      it(`is refused when only a replacement could make it: ${change.what}`, async () => {
        const { code, stdout, stderr } = await preview(staging, change);
        assert.notEqual(code, 0);
        assert.match(`${stdout}${stderr}`, change.because);
      });
    }
  });
}

/** The resource's own type, without those of the components above it. */
function typeOf(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}

function preview({ checkout, environment }: StagingContext, change: SettingChange): Promise<Outcome> {
  const document = parseDocument(checkout.read("Pulumi.staging.yaml"));
  for (const [setting, value] of Object.entries(change.set)) {
    const [group, ...rest] = setting.split(".");
    const place = ["config", `slipway:${group}`, ...rest];
    if (value === undefined) document.deleteIn(place);
    else document.setIn(place, value);
  }
  const file = path.join(checkout.folder, "Pulumi.staging.yaml");
  writeFileSync(file, document.toString());
  return checkout.shell(`pulumi preview --stack staging --json --non-interactive --config-file '${file}'`, environment);
}
