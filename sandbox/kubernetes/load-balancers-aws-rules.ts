import {
  type Action,
  CreateRuleCommand,
  DeleteRuleCommand,
  DescribeRulesCommand,
  type ElasticLoadBalancingV2Client,
  ModifyRuleCommand,
  type Rule,
  type RuleCondition,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { PlannedAction, PlannedRule } from "./load-balancers-rules.ts";

/** Makes a listener have these rules, in this order, and no others. */
export async function ensureRules(
  client: ElasticLoadBalancingV2Client,
  ListenerArn: string,
  planned: readonly PlannedRule[],
  groups: ReadonlyMap<string, string>,
): Promise<void> {
  const { Rules = [] } = await client.send(new DescribeRulesCommand({ ListenerArn }));
  const there = new Map(Rules.filter(({ IsDefault }) => !IsDefault).map((rule) => [Number(rule.Priority), rule]));
  for (const [index, rule] of planned.entries()) {
    const wanted = { Conditions: conditionsOf(rule), Actions: actionsOf(rule.action, groups) };
    const old = there.get(index + 1);
    there.delete(index + 1);
    if (!old) await client.send(new CreateRuleCommand({ ListenerArn, Priority: index + 1, ...wanted }));
    else if (!isSame(old, wanted)) await client.send(new ModifyRuleCommand({ RuleArn: old.RuleArn, ...wanted }));
  }
  for (const { RuleArn } of there.values()) await client.send(new DeleteRuleCommand({ RuleArn }));
}

/** What AWS is to do. */
export function actionsOf(action: PlannedAction, groups: ReadonlyMap<string, string>): Action[] {
  if (action.kind === "forward") return [{ Type: "forward", TargetGroupArn: groups.get(action.group) ?? "" }];
  if (action.kind === "redirect")
    return [
      {
        Type: "redirect",
        RedirectConfig: { Protocol: "HTTPS", Port: String(action.port), StatusCode: "HTTP_301" },
      },
    ];
  const FixedResponseConfig = {
    ContentType: "text/plain",
    StatusCode: String(action.status),
    ...(action.text ? { MessageBody: action.text } : {}),
  };
  return [{ Type: "fixed-response", FixedResponseConfig }];
}

function conditionsOf({ host, paths }: PlannedRule): RuleCondition[] {
  const byHost: RuleCondition[] = host ? [{ Field: "host-header", HostHeaderConfig: { Values: [host] } }] : [];
  return [...byHost, { Field: "path-pattern", PathPatternConfig: { Values: [...paths] } }];
}

function isSame(rule: Rule, wanted: { readonly Conditions: RuleCondition[]; readonly Actions: Action[] }): boolean {
  const short = ({
    Conditions,
    Actions,
  }: {
    Conditions?: RuleCondition[] | undefined;
    Actions?: Action[] | undefined;
  }) =>
    JSON.stringify([
      Conditions?.map((each) => [each.Field, (each.HostHeaderConfig ?? each.PathPatternConfig)?.Values]),
      Actions?.map((each) => [each.Type, each.TargetGroupArn, each.FixedResponseConfig?.MessageBody || undefined]),
    ]);
  return short(rule) === short(wanted);
}
