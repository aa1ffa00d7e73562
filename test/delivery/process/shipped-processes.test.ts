import assert from "node:assert/strict";
import { promotionLine } from "../../../delivery/process/promotion-line.ts";
import { parseProcess, readProcess } from "../../../delivery/process/read.ts";
import type { Process } from "../../../delivery/process/schema.ts";
import { defaultProcess, defaultText, exampleProcess, exampleText } from "./support/shipped.ts";

const minutes = { hour: 60, day: 24 * 60, week: 7 * 24 * 60 };

/** The source's words as keys: "Release Manager + CTO" is release-manager and cto. */
const keysOf = (words: string) => words.split(" + ").map((word) => word.toLowerCase().replaceAll(" ", "-"));

/** What a cell needs beyond the words of a source. */
function cell(process: Process, environment: string, deployable: string) {
  return new Set(process.environments[environment]?.approvals[deployable]);
}

describe("the default process", () => {
  // seeds/002, "Approval Authority Matrix", "Standard Deployments"
  const matrix = [
    ["frontend", "QA Lead", "Product Owner", "Release Manager"],
    ["backend", "QA Lead + Tech Lead", "Product Owner + CTO", "Release Manager + CTO"],
    ["database", "Tech Lead", "CTO", "CTO + Security Lead"],
    ["infrastructure", "DevOps Lead", "CTO", "CTO + Security Lead"],
    ["voice-ai", "QA Lead + AI Lead", "Product Owner + CTO", "Release Manager + CTO"],
  ] as const;
  // seeds/002, "Environment Specifications"
  const approver = { staging: "QA Lead", "pre-production": "Product Owner", production: "Release Manager" } as const;
  // seeds/002, "Approval Workflows by Component Type": approvers that the matrix does not have
  const byWorkflow: Readonly<Record<string, string>> = {
    "backend pre-production": "Tech Lead",
    "database pre-production": "Tech Lead + DBA",
  };

  for (const [deployable, ...columns] of matrix) {
    (["staging", "pre-production", "production"] as const).forEach((environment, index) => {
      it(`needs for ${deployable} in ${environment} exactly whom its sources name together`, () => {
        const also = byWorkflow[`${deployable} ${environment}`];
        const expected = [columns[index] ?? "", approver[environment], ...(also === undefined ? [] : [also])];
        assert.deepEqual(cell(defaultProcess, environment, deployable), new Set(expected.flatMap(keysOf)));
      });
    });
  }

  it("needs nobody in development and the team lead in a pull request's environment", () => {
    assert.deepEqual(defaultProcess.environments.development?.approvals, {});
    for (const deployable of Object.keys(defaultProcess.deployables)) {
      assert.deepEqual(cell(defaultProcess, "feature", deployable), new Set(["team-lead"]));
    }
  });

  it("has the environments of the chain, each with what starts it, what may deploy there and its data", () => {
    const rows = Object.entries(defaultProcess.environments).map(([name, it]) =>
      [
        name,
        it.stack,
        it.from,
        it.automatic ? "automatic" : "manual",
        [...it.branches, ...it.tags].join(" "),
        it.data,
      ].join(" | "),
    );
    assert.deepEqual(rows, [
      "development | dev |  | automatic | develop | made-up",
      "feature | pr-* |  | automatic |  | staging",
      "staging | staging | development | automatic | main release/* | production-like",
      "pre-production | prod | staging | manual | v*.*.* | production subset",
      "production | prod | pre-production | manual | v*.*.* | live",
    ]);
    assert.deepEqual(promotionLine(defaultProcess), ["development", "staging", "pre-production", "production"]);
    assert.equal(defaultProcess.environments["pre-production"]?.completeWithin, 24 * minutes.hour);
  });

  it("asks of each deployable what its workflow asks", () => {
    const asked = Object.fromEntries(
      Object.entries(defaultProcess.environments).map(([name, it]) => [name, it.deployableValidations]),
    );
    const kebab = (text: string) => text.replaceAll("_", "-").split(" ");
    assert.deepEqual(asked, {
      development: {},
      feature: {},
      staging: {
        frontend: kebab("build_success unit_tests e2e_tests lighthouse_scores"),
        backend: kebab("unit_tests integration_tests api_contract_tests database_migrations"),
        database: kebab("migration_tests data_integrity_checks rollback_test"),
      },
      "pre-production": {
        frontend: kebab("ux_review accessibility_audit performance_benchmark browser_compatibility"),
        backend: kebab("load_testing security_scan data_validation api_documentation"),
        database: kebab(
          "performance_impact_analysis index_optimization query_performance_test backup_strategy_verification",
        ),
      },
      production: {
        frontend: kebab("final_stakeholder_approval cdn_configuration feature_flag_setup monitoring_alerts"),
        backend: kebab("security_review performance_benchmarks backup_verification disaster_recovery_test"),
        database: kebab(
          "change_advisory_board_approval maintenance_window_scheduled communication_sent expert_standby_confirmed",
        ),
      },
    });
  });

  it("asks for the checklist of a phase before the next environment", () => {
    const titles = (name: string) =>
      (defaultProcess.environments[name]?.validations ?? []).map((key) => defaultProcess.validations[key]?.title);
    assert.equal(titles("staging").length, 8); // phase 1: 6 lines, of which one is three kinds of tests
    assert.equal(titles("pre-production").length, 16); // phase 2: 2 steps, 3 criteria, 6 lines; 5 steps of the product owner
    assert.equal(titles("production").length, 31); // phase 3: 5 + 5 + 4 lines; phase 4: 6 + 6 + 5
    for (const line of [
      "Security penetration testing passed",
      "Database backup completed",
      "Release notes published",
    ]) {
      assert.ok(titles("production").includes(line), line);
    }
  });

  it("has no validation that nothing asks for", () => {
    const asked = new Set([
      ...Object.values(defaultProcess.environments).flatMap((it) => [
        ...it.validations,
        ...Object.values(it.deployableValidations).flat(),
      ]),
      ...Object.values(defaultProcess.emergency.severities).flatMap(({ validations }) => validations),
    ]);
    assert.deepEqual(
      Object.keys(defaultProcess.validations).filter((key) => !asked.has(key)),
      [],
    );
  });

  it("has the emergencies, contacts and reviews of the chain", () => {
    const { severities, contacts, leadership, reviews } = defaultProcess.emergency;
    const rows = Object.entries(severities).map(([key, it]) =>
      [key, it.approvers.join(), it.within, it.alone].join(" "),
    );
    assert.deepEqual(rows, ["critical on-call 0 true", "high tech-lead 120 false", "medium release-manager 240 false"]);
    assert.equal(severities.medium?.standardProcess, true);
    assert.ok(severities.high?.validations.includes("security-review"));
    for (const severity of Object.values(severities)) assert.deepEqual(severity.reviews, Object.keys(reviews));
    assert.deepEqual(
      contacts.map(
        ({ role, within, customersHit }) => `${role} ${within}${customersHit ? " when customers are hit" : ""}`,
      ),
      ["on-call 0", "tech-lead 15", "engineering-manager 30", "cto 60", "ceo 60 when customers are hit"],
    );
    assert.equal(leadership.within, 30);
    assert.deepEqual(
      Object.values(reviews).map(({ within }) => within),
      [minutes.day, 2 * minutes.day, minutes.week, 2 * minutes.week],
    );
  });

  it("has the windows and blackouts of the chain", () => {
    const { windows, blackouts, timeZone } = defaultProcess.calendar;
    assert.equal(timeZone, "America/New_York");
    const of = (kind: string) =>
      windows.filter((it) => it.for === kind).map((it) => `${it.days.join(" ")} ${it.from}-${it.to}`);
    assert.deepEqual(of("normal"), ["monday tuesday wednesday thursday 10:00-16:00"]);
    assert.deepEqual(of("critical"), ["friday 10:00-12:00"]);
    assert.deepEqual(
      blackouts.map((it) => Object.keys(it).find((key) => key !== "title" && key !== "for")),
      ["holidays", "rule", "lastBusinessDaysOfQuarter"],
    );
    assert.ok(blackouts.every((it) => !it.for.includes("emergency")));
    const limited = Object.entries(defaultProcess.environments).filter(([, it]) => it.windows);
    assert.deepEqual(
      limited.map(([name]) => name),
      ["pre-production", "production"],
    );
  });

  it("has the rollback triggers, the authority, the targets and the documents of the chain", () => {
    const { triggers, authority } = defaultProcess.rollback;
    assert.deepEqual(
      Object.values(triggers).map(({ title: _, ...trigger }) => trigger),
      [
        { signal: "health", consecutiveFailures: 3 },
        { signal: "errorRate", risePoints: 5, window: 5 },
        { signal: "latency", risePercent: 50, window: 10 },
      ],
    );
    assert.deepEqual(authority, {
      immediate: ["on-call"],
      planned: ["release-manager"],
      deployables: { database: ["cto"], infrastructure: ["devops-lead", "cto"] },
    });
    assert.deepEqual(defaultProcess.metrics, {
      successRate: { better: "above", value: 99 },
      approvalTime: { better: "below", value: 4 },
      rollbackRate: { better: "below", value: 2 },
      emergencyShare: { better: "below", value: 5 },
      deploymentFrequency: { better: "between", least: 2, most: 3 },
    });
    assert.equal(Object.keys(defaultProcess.documents).length, 8);
    assert.equal(defaultProcess.notifications.channel, "#deployments");
  });

  it("is read from the checkout's root without being named", () => {
    assert.deepEqual(readProcess().process, defaultProcess);
  });
});

describe("the example with three environments", () => {
  it("has the approvals and branches of seeds/000", () => {
    assert.deepEqual(promotionLine(exampleProcess), ["development", "staging", "production"]);
    const approvers = { staging: "QA Manager + Lead Developer", production: "CTO + Lead Developer + Product Manager" };
    for (const [environment, words] of Object.entries(approvers)) {
      for (const deployable of Object.keys(exampleProcess.deployables)) {
        assert.deepEqual(cell(exampleProcess, environment, deployable), new Set(keysOf(words)));
      }
    }
    assert.deepEqual(exampleProcess.environments.development?.approvals, {});
    assert.deepEqual(
      Object.values(exampleProcess.environments).map(({ branches, tags }) => [...branches, ...tags]),
      [["develop"], ["release/*"], ["main"]],
    );
  });

  it("says what the default says where its source is silent", () => {
    for (const part of [
      "deployables",
      "validations",
      "calendar",
      "emergency",
      "rollback",
      "metrics",
      "documents",
    ] as const) {
      assert.deepEqual(exampleProcess[part], defaultProcess[part], part);
    }
    const asked = (process: Process, ...names: string[]) =>
      new Set(
        names.flatMap((name) => {
          const it = process.environments[name];
          const own = Object.entries(it?.deployableValidations ?? {});
          return [...(it?.validations ?? []), ...own.flatMap(([key, list]) => list.map((word) => `${key} ${word}`))];
        }),
      );
    assert.deepEqual(asked(exampleProcess, "staging"), asked(defaultProcess, "staging"));
    assert.deepEqual(asked(exampleProcess, "production"), asked(defaultProcess, "pre-production", "production"));
  });
});

for (const [name, text] of Object.entries({ default: defaultText, example: exampleText })) {
  describe(`the ${name} process, as a file`, () => {
    it("stays valid when what it shows in comments is used", () => {
      const used = text.replaceAll(/^ {4}# - \{/gm, "    - {");
      assert.equal(parseProcess(used, "p.yaml").process.calendar.blackouts.length, 5);
    });

    it("does not speak of the sources' own products", () => assert.doesNotMatch(text, /seiketsu|ghostcrm/i));
  });
}
