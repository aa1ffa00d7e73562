import assert from "node:assert/strict";
import fc from "fast-check";
import { sameValue } from "../../../delivery/flags/flag.ts";
import { formatFlagLine, formatFlagText, parseFlagLine, parseFlagText } from "../../../delivery/flags/line.ts";
import { flag } from "./flag-arbitraries.ts";

describe("a flag's line", () => {
  const plain = { active: true, enabled: true, rollout: 50, targeting: {} };

  for (const [line, state] of Object.entries({
    "on, rollout 50 %": plain,
    "off, rollout 0 %": { ...plain, enabled: false, rollout: 0 },
    "on, rollout 50 %, inactive": { ...plain, active: false },
    'on, rollout 50 %, targeting {"plans":["team"],"users":["ada"]}': {
      ...plain,
      targeting: { users: ["ada"], plans: ["team"] },
    },
  })) {
    it(`reads ${line}`, () => {
      assert.equal(formatFlagLine(state), line);
      assert.deepEqual(parseFlagLine("f", line), state);
    });
  }

  it("gives back every flag", () => {
    fc.assert(
      fc.property(flag, (original) => {
        const back = { ...parseFlagLine("f", formatFlagLine(original)), ...parseFlagText(formatFlagText(original)) };
        assert.ok(sameValue(back, original), JSON.stringify([back, original]));
      }),
    );
  });

  for (const wrong of [
    "",
    "on",
    "on, rollout 101 %",
    "on, rollout 5 %, targeting [1]",
    "on, rollout 5 %, targeting {",
    "yes, rollout 5 %",
  ]) {
    it(`refuses ${JSON.stringify(wrong)}`, () => {
      assert.throws(() => parseFlagLine("f", wrong), { name: "UserError", message: /The flag f reads/ });
    });
  }
});
