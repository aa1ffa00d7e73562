import * as aws from "@pulumi/aws";
import type { Settings } from "../infra/settings.ts";
import { type AwsArgs, AwsComponent } from "./aws-component.ts";
import { costsOf, notices } from "./budget-plan.ts";
import { applyTransform, type ComponentOptions, type Transform } from "./component.ts";

export interface BudgetArgs extends AwsArgs {
  readonly settings: NonNullable<Settings["budget"]>;
  readonly transform?: { readonly budget?: Transform<aws.budgets.BudgetArgs> };
}

/**
 * Tells people by mail when the stack costs more than planned in a month. It stops nothing. Free of charge.
 * Without the cost allocation tag `Stack`, which the account's payer activates once, it counts nothing.
 */
export class Budget extends AwsComponent<BudgetArgs> {
  constructor(name: string, args: BudgetArgs, opts?: ComponentOptions) {
    super("slipway:index:Budget", name, args, opts);
    const { monthlyUsd, notify } = args.settings;
    const physical = this.physicalName("budget", "monthly");
    const [budgetArgs, budgetOpts] = applyTransform<aws.budgets.BudgetArgs>(
      args.transform?.budget,
      this.childName("monthly"),
      {
        name: physical,
        budgetType: "COST",
        timeUnit: "MONTHLY",
        limitAmount: String(monthlyUsd),
        limitUnit: "USD",
        costFilters: [{ name: "TagKeyValue", values: [costsOf(args.context.stack)] }],
        notifications: notices.map(({ notificationType, percent }) => ({
          comparisonOperator: "GREATER_THAN",
          notificationType,
          threshold: percent,
          thresholdType: "PERCENTAGE",
          subscriberEmailAddresses: [...notify],
        })),
        tags: this.tags(physical),
      },
      { parent: this },
    );
    new aws.budgets.Budget(this.childName("monthly"), budgetArgs, budgetOpts);
    this.registerOutputs();
  }
}
