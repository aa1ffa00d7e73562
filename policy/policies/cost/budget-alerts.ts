import type { ResourceRule } from "../../rule.ts";
import { numberOf, recordsOf, textsOf } from "../../values.ts";

export const budgetAlerts: ResourceRule = {
  name: "budget-alerts",
  title: "Budgets warn somebody",
  severity: "medium",
  category: "cost",
  description: "A budget has a limit, and tells somebody before it is spent and when it will be.",
  rationale: "A budget without subscribers is a number that nobody reads.",
  remediation: "Add a notification of ACTUAL below 100 percent and one of FORECASTED, each with a subscriber.",
  controls: ["SOC2 CC7.2", "ISO27001 A.8.16", "NIST SI-4"],
  appliesTo: ["aws:budgets/budget:Budget"],
  judge: ({ props }) => {
    const heard = recordsOf(props.notifications).filter(
      (each) => [...textsOf(each.subscriberEmailAddresses), ...textsOf(each.subscriberSnsTopicArns)].length > 0,
    );
    const limit = numberOf(props.limitAmount) ?? Number.POSITIVE_INFINITY;
    const share = ({ threshold, thresholdType }: Readonly<Record<string, unknown>>) => {
      const value = numberOf(threshold) ?? Number.POSITIVE_INFINITY;
      return thresholdType === "ABSOLUTE_VALUE" ? value / limit : value / 100;
    };
    const hasLimit = (numberOf(props.limitAmount) ?? 0) > 0 || props.plannedLimits || props.autoAdjustData;
    return [
      ...(hasLimit ? [] : ["has no limit."]),
      ...(heard.some((each) => each.notificationType === "ACTUAL" && share(each) < 1)
        ? []
        : ["tells nobody before it is spent."]),
      ...(heard.some((each) => each.notificationType === "FORECASTED" && share(each) <= 1)
        ? []
        : ["tells nobody when it will be spent."]),
    ];
  },
};
