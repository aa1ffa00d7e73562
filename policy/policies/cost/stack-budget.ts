import type { StackRule } from "../../rule.ts";

export const stackBudget: StackRule = {
  name: "stack-budget",
  title: "A budget for every stack",
  severity: "medium",
  category: "cost",
  scope: "stack",
  description: "A stack that has a network of its own has a budget.",
  rationale: "A loop, a leak or a miner on a stolen credential is otherwise seen on the invoice.",
  remediation: "Add an aws.budgets.Budget for the stack's tag.",
  controls: ["SOC2 CC7.2", "ISO27001 A.8.16", "ISO27001 A.5.23", "NIST SI-4"],
  appliesTo: ["aws:ec2/vpc:Vpc"],
  environments: ["staging", "preProduction", "production"],
  judge: (_vpc, stack) =>
    stack.ofType("aws:budgets/budget:Budget").length > 0 ? [] : ["stands in a stack without a budget."],
};
