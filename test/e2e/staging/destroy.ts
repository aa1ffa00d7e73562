import assert from "node:assert/strict";
import { expectCode, type Outcome } from "../support/checkout.ts";
import { leftBehind } from "../support/left-behind.ts";
import type { StagingContext } from "./context.ts";

/** The end of the stack; the last block. */
export function destroyBlock(staging: StagingContext): void {
  describe("destroyed on purpose", () => {
    let outcome: Outcome;
    before(async () => {
      outcome = await staging.checkout.run(["destroy", "staging", "--yes"]);
    });

    it("lifts its protection first, and says so", () => {
      expectCode(outcome, 0);
      assert.match(outcome.stderr, /staging protects \d+ resources; lifting the protection first/);
    });

    leftBehind(staging);
  });
}
