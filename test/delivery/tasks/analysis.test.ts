import assert from "node:assert/strict";
import { UserError } from "../../../delivery/errors.ts";
import { analysisOrder, type Clock, type Eyes, watchCanary } from "../../../delivery/tasks/analysis.ts";
import type { Look } from "../../../delivery/tasks/analysis-verdict.ts";

const order = {
  namespace: "teamflow",
  deployment: "backend-canary",
  minutes: 1,
  alarms: ["errors"],
  region: "us-west-2",
};
const well: Omit<Look, "at"> = {
  deployment: { wanted: 1, template: "new" },
  pods: [{ name: "canary-1", ready: true, leaving: false, restarts: 0 }],
  alarms: { errors: "OK" },
};

/** A watch whose time passes at once: what it sees at each second of its life. */
async function watch(
  seen: (second: number) => Omit<Look, "at">,
  { refuse, minutes = 1 }: { refuse?: string; minutes?: number } = {},
) {
  let now = 0;
  let taken = 0;
  const lines: string[] = [];
  const clock: Clock = {
    now: () => now,
    pause: async (milliseconds) => {
      now += milliseconds;
    },
  };
  const eyes: Eyes = {
    look: async () => seen(now / 1000),
    takeBack: async () => {
      taken += 1;
      if (refuse) throw new Error(refuse);
    },
  };
  const end = await watchCanary({ ...order, minutes }, eyes, (line) => lines.push(line), clock).then(
    () => "passed",
    (error: unknown) => {
      assert.ok(error instanceof UserError, String(error));
      return error.message;
    },
  );
  return { end, lines, seconds: now / 1000, taken };
}

const failing = () => {
  throw new Error("connection refused");
};

describe("watch a canary", () => {
  it("lets the rollout go on when the canary was well for the time, and says what it watched", async () => {
    const { end, lines, seconds, taken } = await watch(() => well);
    assert.deepEqual([end, seconds, taken], ["passed", 60, 0]);
    assert.deepEqual(lines, [
      "watching teamflow/backend-canary for 1 min, alarms: errors",
      "pod canary-1: ready, 0 restarts",
      "passed: the canary was well for 1.0 min",
    ]);
  });

  it("judges by one look when it is given no time", async () => {
    const { end, seconds } = await watch(() => well, { minutes: 0 });
    assert.deepEqual([end, seconds], ["passed", 0]);
  });

  it("ends the rollout at once and takes the canary away when an alarm fires, with reason and remedy", async () => {
    const { end, seconds, taken } = await watch((second) =>
      second < 20 ? well : { ...well, alarms: { errors: "ALARM" } },
    );
    assert.deepEqual([seconds, taken], [20, 1]);
    assert.match(
      end,
      /^The rollout ends with the canary teamflow\/backend-canary: the alarm "errors" fires\.\n {2}It was scaled to 0\./,
    );
    assert.match(end, /Set the image in slipway:images back/);
  });

  it("says so when the canary could not be taken away", async () => {
    const { end } = await watch((second) => (second < 5 ? well : { ...well, alarms: { errors: "ALARM" } }), {
      refuse: "forbidden",
    });
    assert.match(end, /It could not be scaled to 0 \(forbidden\) and still gets requests/);
  });

  it("bears with a cluster that cannot be asked for a minute", async () => {
    const { end, lines, taken } = await watch((second) => (second > 20 && second < 80 ? failing() : well), {
      minutes: 2,
    });
    assert.deepEqual([end, taken], ["passed", 0]);
    assert.ok(lines.includes("cannot look: connection refused"));
  });

  it("ends the rollout, but leaves the canary, when nothing can be seen any more", async () => {
    const { end, seconds, taken } = await watch((second) => (second > 20 ? failing() : well), { minutes: 5 });
    assert.match(end, /nothing could be seen: connection refused\.\n {2}It was left as it is\./);
    assert.deepEqual([seconds, taken], [110, 0]);
  });

  it("does not pass on old news when the time is over but nothing can be seen", async () => {
    const { end } = await watch((second) => (second > 50 ? failing() : well));
    assert.match(end, /nothing could be seen/);
  });
});

describe("the order of a watch", () => {
  const given = {
    ANALYSIS_NAMESPACE: "teamflow",
    ANALYSIS_DEPLOYMENT: "backend-canary",
    ANALYSIS_MINUTES: "0.5",
    AWS_REGION: "us-west-2",
  };

  it("is read from the environment; alarms may be none", () => {
    assert.deepEqual(analysisOrder({ ...given, ANALYSIS_ALARMS: "a, b," }), {
      ...order,
      minutes: 0.5,
      alarms: ["a", "b"],
    });
    assert.deepEqual(analysisOrder({ ...given, ANALYSIS_ALARMS: "" }).alarms, []);
  });

  it("names all that is missing or wrong at once", () => {
    const { AWS_REGION: _, ...rest } = given;
    assert.throws(
      () => analysisOrder({ ...rest, ANALYSIS_MINUTES: "soon" }),
      (error: unknown) => {
        assert.ok(error instanceof UserError);
        assert.match(error.message, /ANALYSIS_MINUTES, AWS_REGION/);
        return true;
      },
    );
  });
});
