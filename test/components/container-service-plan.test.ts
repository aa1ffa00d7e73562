import assert from "node:assert/strict";
import fc from "fast-check";
import {
  planDeployment,
  planHealthCommand,
  planRolloutAlarms,
  planRule,
  planScaling,
  priorities,
} from "../../components/container-service-plan.ts";

const shared = { frontend: "staging.teamflow.app" };
const apart = { frontend: "teamflow.app", backend: "api.teamflow.app" };

describe("the rule of a service", () => {
  it("gives the seed's paths of a shared host to the backend and the rest to the frontend, which is asked last", () => {
    assert.deepEqual(planRule("backend", shared, ["/api/*", "/docs", "/redoc"]), {
      priority: 100,
      hosts: ["staging.teamflow.app"],
      paths: ["/api/*", "/docs", "/redoc"],
    });
    assert.deepEqual(planRule("frontend", shared, []), { priority: 1000, hosts: ["staging.teamflow.app"], paths: [] });
  });

  it("gives a host of its own to the backend whole", () => {
    assert.deepEqual(planRule("backend", apart, ["/api/*"]), { priority: 100, hosts: ["api.teamflow.app"], paths: [] });
    assert.deepEqual(planRule("frontend", apart, []).hosts, ["teamflow.app"]);
  });

  it("refuses a backend that no request would reach", () => {
    assert.throws(() => planRule("backend", shared, []), /paths is empty.*\n {2}Name its paths/);
  });

  it("never plans more than the five values that a load balancer's rule holds", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("/a", "/b/*", "/c"), { maxLength: 8 }), (paths) => {
        try {
          const rule = planRule("frontend", shared, paths);
          assert.ok(rule.hosts.length + rule.paths.length <= 5);
        } catch (error) {
          assert.ok(paths.length > 4, "four paths and a host fit");
          assert.match((error as Error).message, /a load balancer rule holds 4 beside the host/);
        }
      }),
    );
  });

  it("has a number that is its own, within what load balancers know, with room for others between", () => {
    const numbers = Object.values(priorities);
    assert.equal(new Set(numbers).size, numbers.length);
    for (const one of numbers) {
      assert.ok(one >= 1 && one <= 50_000);
      for (const other of numbers) assert.ok(one === other || Math.abs(one - other) >= 100);
    }
    assert.equal(Math.max(...numbers), priorities.frontend);
  });
});

describe("the deployment of a service", () => {
  it("bakes for as long as the settings say, in ECS's words, and Pulumi waits longer than that", () => {
    assert.deepEqual(planDeployment({ strategy: "blueGreen", bakeMinutes: 15 }), {
      configuration: { strategy: "BLUE_GREEN", bakeTimeInMinutes: "15" },
      blueGreen: true,
      patienceMinutes: 45,
    });
    assert.deepEqual(planDeployment({ strategy: "rolling", bakeMinutes: 15 }), {
      configuration: { strategy: "ROLLING" },
      blueGreen: false,
      patienceMinutes: 30,
    });
  });
});

describe("the scaling of a service", () => {
  const scaling = { minimum: 2, maximum: 4, cpuPercent: 70, memoryPercent: 80 };

  it("begins at the minimum and follows CPU and memory", () => {
    assert.deepEqual(planScaling(scaling, true), {
      initial: 2,
      minimum: 2,
      maximum: 4,
      targets: [
        { part: "cpu", metric: "ECSServiceAverageCPUUtilization", percent: 70 },
        { part: "memory", metric: "ECSServiceAverageMemoryUtilization", percent: 80 },
      ],
    });
  });

  it("asks for no copy while there is no image", () => {
    const { initial, maximum, minimum } = planScaling(scaling, false);
    assert.deepEqual({ initial, maximum, minimum }, { initial: 0, maximum: 4, minimum: 0 });
  });
});

describe("the alarms of a rollout", () => {
  it("look at blue and green together, since they change places", () => {
    const [errors, unhealthy] = planRolloutAlarms("backend", 2);
    assert.deepEqual(errors?.queries.at(-1), {
      id: "share",
      formula: "IF(FILL(r0,0)+FILL(r1,0)>=20,100*(FILL(e0,0)+FILL(e1,0))/(FILL(r0,0)+FILL(r1,0)),0)",
      label: "Failed requests in percent",
    });
    assert.equal(errors?.threshold, 5);
    assert.deepEqual(unhealthy?.queries.at(-1), {
      id: "unhealthy",
      formula: "MAX([FILL(u0,0),FILL(u1,0)])",
      label: "Unhealthy copies",
    });
  });

  it("name every metric once and use each in the formula", () => {
    for (const groups of [1, 2] as const) {
      for (const { queries } of planRolloutAlarms("frontend", groups)) {
        const ids = queries.map(({ id }) => id);
        assert.equal(new Set(ids).size, ids.length);
        const last = queries.at(-1);
        assert.ok(last && "formula" in last);
        for (const id of ids.slice(0, -1)) assert.ok(last.formula.includes(`FILL(${id},0)`), id);
      }
    }
  });
});

describe("the question inside a task", () => {
  const settings = { port: 8000, healthPath: "/health" } as Parameters<typeof planHealthCommand>[1];

  it("needs no curl for the backend and is not asked of the frontend", () => {
    assert.deepEqual(planHealthCommand("backend", settings), [
      "CMD",
      "python",
      "-c",
      'import urllib.request; urllib.request.urlopen("http://127.0.0.1:8000/health", timeout=4)',
    ]);
    assert.equal(planHealthCommand("frontend", settings), undefined);
  });
});
