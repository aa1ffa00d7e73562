import assert from "node:assert/strict";
import { Budget } from "../../components/budget.ts";
import { runMocked } from "../support/pulumi-mocks.ts";

describe("Budget", () => {
  it("tells people at 80 and 100 percent of this stack's own costs, and when the forecast exceeds it", async () => {
    const context = { application: "teamflow", stack: "staging", environment: "staging" };
    const run = await runMocked(() => {
      new Budget("staging-budget", { context, settings: { monthlyUsd: 150, notify: ["platform@teamflow.app"] } });
    });
    const { inputs } = run.one("aws:budgets/budget:Budget");
    const notice = (notificationType: string, threshold: number) => ({
      comparisonOperator: "GREATER_THAN",
      notificationType,
      threshold,
      thresholdType: "PERCENTAGE",
      subscriberEmailAddresses: ["platform@teamflow.app"],
    });
    assert.deepEqual(inputs, {
      name: "teamflow-staging-monthly",
      budgetType: "COST",
      timeUnit: "MONTHLY",
      limitAmount: "150",
      limitUnit: "USD",
      costFilters: [{ name: "TagKeyValue", values: ["user:Stack$staging"] }],
      notifications: [notice("ACTUAL", 80), notice("ACTUAL", 100), notice("FORECASTED", 100)],
      tags: inputs.tags,
    });
  });
});
